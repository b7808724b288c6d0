import { MemorySource } from '../../../connectors/memory/source.ts';
import { sourceContext } from '../contract/source-context.ts';
import { testSource } from '../contract/source-suite.ts';

for (const bounded of [true, false]) {
  testSource(`memory, ${bounded ? 'bounded' : 'live'},`, async () => {
    const source = new MemorySource(sourceContext('/'))
      .addPartition('a', { bounded })
      .addPartition('b', { bounded: true })
      .append('a', ['{"ts":1}', null, null, '{"ts":5}', '{"ts":3}', '{"ts":9}', null]);
    return {
      open: async () => source,
      records: [
        { offset: 0, text: '{"ts":1}' },
        { offset: 3, text: '{"ts":5}' },
        { offset: 4, text: '{"ts":3}' },
        { offset: 5, text: '{"ts":9}' },
      ],
      startAt: { timeMs: 4, offset: 3 },
      ...(bounded ? {} : { append: async (texts) => void source.append('a', texts) }),
      close: () => source.close(),
    };
  });
}
