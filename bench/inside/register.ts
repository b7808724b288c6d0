/**
 * Loaded into every thread of a measured `la` (`node --import`): adds the bench's connectors to the registry, and has the
 * first read of a source and each finished write of a sink marked. Nothing else of the program is changed.
 */
import { isMainThread, threadName } from 'node:worker_threads';
import { z } from 'zod';
import { peakMemoryMib } from '../../cli/peak-memory.ts';
import type { PartitionReader, Sink, Source, SourceContext } from '../../connectors/contract.ts';
import { sinks, sources } from '../../connectors/registry.ts';
import { openBytesSource } from './bytes-source.ts';
import { openCountingSink } from './counting-sink.ts';
import { mark } from './marks.ts';
import { openPacedSource } from './paced-source.ts';
import { openVisibilitySink } from './visibility-sink.ts';

let hasRead = false;
const markedReader = (reader: PartitionReader): PartitionReader => ({
  read(maxRecords, signal) {
    if (!hasRead) mark('first-read');
    hasRead = true;
    return reader.read(maxRecords, signal);
  },
  close: () => reader.close(),
});
const markedSource = (source: Source): Source => ({
  partitions: () => source.partitions(),
  resolveStart: (partition, start) => source.resolveStart(partition, start),
  open: async (...args) => markedReader(await source.open(...args)),
  fingerprint: (partition, offset) => source.fingerprint(partition, offset),
  close: () => source.close(),
});
const markedSink = (sink: Sink): Sink => ({
  prepare: (schema) => sink.prepare(schema),
  async write(batch, signal) {
    const failures = await sink.write(batch, signal);
    mark('written');
    return failures;
  },
  close: () => sink.close(),
});

const { file: fileSource } = sources;
const { file: fileSink } = sinks;
const path = z.string();
const records = {
  doc: 'Records of a file held in memory, with their boundaries, before the first is read.',
  schema: z.strictObject({ type: z.literal('bench-bytes'), path }),
};
const paced = {
  doc: 'Records of a file held in memory, handed out at given times.',
  schema: z.strictObject({
    type: z.literal('bench-paced'),
    path,
    warm_up_rows: z.int(),
    rows: z.int(),
    rows_per_s: z.number(),
  }),
};
Object.assign(sources, {
  file: {
    ...fileSource,
    open: async (options: unknown, context: SourceContext) =>
      markedSource(await fileSource.open(options, context)),
  },
  'bench-bytes': {
    ...records,
    open: async (options: unknown) =>
      markedSource(await openBytesSource(records.schema.parse(options).path)),
  },
  'bench-paced': {
    ...paced,
    open: async (options: unknown) => openPacedSource(paced.schema.parse(options)),
  },
});
const counting = {
  doc: 'Counts and sums up what it is given.',
  schema: z.strictObject({ type: z.literal('bench-counting') }),
};
const visibility = {
  doc: 'Tells when which row became visible.',
  schema: z.strictObject({
    type: z.literal('bench-visibility'),
    warm_up_rows: z.int(),
    rows_per_s: z.number(),
  }),
};
Object.assign(sinks, {
  file: {
    ...fileSink,
    open: async (...args: Parameters<typeof fileSink.open>) =>
      markedSink(await fileSink.open(...args)),
  },
  'bench-counting': { ...counting, open: async () => markedSink(openCountingSink()) },
  'bench-visibility': {
    ...visibility,
    open: async (options: unknown) => openVisibilitySink(visibility.schema.parse(options)),
  },
});

if (isMainThread) {
  process.on('exit', () => mark('exit', { peak_rss_mib: peakMemoryMib() }));
} else if (globalThis.gc !== undefined) {
  // Only with --expose-gc: as many collections as tell this thread's from the others' in V8's trace.
  const collections = 1 + ['io', 'reader', 'aggregator-0'].indexOf(threadName ?? '');
  for (let each = 0; each < collections; each++) globalThis.gc();
}
