import type { NativeModule } from './native-module.ts';

/** As kernels/c/format.c has it. */
const SLACK_BYTES = 64;
const JOB_WORDS = 16;
/** Heads of the window and the row count, and the tails. */
const TEXTS = 3 + 8;

export const native: NativeModule = {
  corpus: ['test/connectors/file/result-lines.test.ts'],
  share: 0.5,
  calls: {
    formatLines: (wordsOf, memory = 0, job = 0) => {
      const head = wordsOf(memory + job, JOB_WORDS);
      const [, rows = 0, , out = 0, outEnd = 0, , keys = 0, values = 0, keyBytes = 0] = head;
      const [keyStarts = 0, windowStart = 0, windowEnd = 0, counts = 0] = head.subarray(9);
      const flags = head.subarray(13, 16);
      const texts = TEXTS + keys + values;
      const pairs = wordsOf(job + 4 * JOB_WORDS, 2 * texts + values);
      const keysEnd = wordsOf(keyStarts + 4 * rows, 1)[0] ?? 0;
      const ends = [
        (keyBytes + keysEnd) >>> 0,
        keyStarts + 4 * (rows + 1),
        pairs.byteOffset + pairs.byteLength,
      ];
      for (let text = 0; text < texts; text++)
        ends.push((pairs[2 * text] ?? 0) + (pairs[2 * text + 1] ?? 0));
      for (const column of [windowStart, windowEnd, counts, ...pairs.subarray(2 * texts)])
        ends.push(column + 8 * rows);
      for (const flag of flags) ends.push(flag + rows);
      return [
        { at: job, bytes: Math.max(...ends) + SLACK_BYTES - job },
        { at: out, bytes: outEnd + SLACK_BYTES - out, output: true },
      ];
    },
  },
};
