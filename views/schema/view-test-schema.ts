/** The shape of views/NAME.test.json: cases for the view in views/NAME.json. */
import { z } from 'zod';
import { schemaLink, version } from './common.ts';

const rows = z.array(z.union([z.string(), z.record(z.string(), z.json())]));

const count = z.int().min(0).optional();

/** Of DESIGN §5.1: `read = folded + filtered + too_late + invalid`. */
const counters = z.strictObject({
  read: count,
  folded: count,
  filtered: count,
  too_late: count,
  invalid: count,
  late: count.describe('Folded rows that were late for at least one of their windows.'),
  missed_windows: count.describe('Windows that folded rows came too late for.'),
  overflow: count.describe('Folded rows that went to an overflow group.'),
});

const letter = z.strictObject({
  partition: z.string().optional().describe('Which partition; needless where there is one.'),
  row: z.int().min(0).describe('Place of the row in its partition, from 0.'),
  reason: z.string().optional().describe('Such as "too_late" or "malformed".'),
});

const testCase = z.strictObject({
  name: z.string().min(1).describe('What the case shows, unique in the file.'),
  rows: rows
    .optional()
    .describe(
      'The rows of a stream with one partition, in order: objects, or raw lines as text. An object may carry "$timestamp", the epoch ms of the record itself.',
    ),
  partitions: z
    .record(z.string().min(1), rows)
    .optional()
    .describe(
      'Instead of "rows": the rows of each partition. How they interleave does not matter.',
    ),
  complete: z
    .boolean()
    .default(true)
    .describe('Whether the end of the rows completes all windows, as with --once.'),
  expect: z
    .array(z.record(z.string(), z.json()))
    .optional()
    .describe(
      'The final result rows, in any order, no more and no fewer; only the columns given are compared. Times of windows are epoch ms or such as "2026-01-31T12:00:00Z".',
    ),
  dead_letters: z
    .array(letter)
    .optional()
    .describe('The rows that no window took, no more and no fewer.'),
  counters: counters.optional().describe('What became of the rows; only those given are compared.'),
});

export const viewTestSchema = z
  .strictObject({
    $schema: schemaLink,
    version,
    cases: z.array(testCase).min(1),
  })
  .meta({ title: 'Tests of a view of Live Aggregators' });

export type ViewTestDocument = z.output<typeof viewTestSchema>;
export type ViewTestCase = ViewTestDocument['cases'][number];
export type InputRow = string | Readonly<Record<string, unknown>>;
