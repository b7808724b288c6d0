/** The shape of views/*.json. What goes beyond the shape, such as names that must exist, is the linter's. */
import { z } from 'zod';
import { durationOf } from '../duration.ts';
import { viewError } from '../errors.ts';
import { column, duration, guarded, name, schemaLink, size, version } from './common.ts';

/** Below, a view would do little else than write. */
const WRITE_INTERVAL_MS_MIN = 100;

function readWriteInterval(text: string): number | null {
  if (text === 'final') return null;
  const ms = durationOf(text);
  if (ms === undefined || ms < WRITE_INTERVAL_MS_MIN) {
    throw viewError('LA_VIEW_WRITE_INTERVAL', { value: text });
  }
  return ms;
}

const groupingColumn = z.union([
  column,
  z.strictObject({
    col_name: column.optional().describe('A column to group by, to be renamed.'),
    as: name.optional().describe('Its name in the results.'),
    time: duration.optional().describe('Length of the windows, such as "10m".'),
    hop: duration
      .optional()
      .describe('A window starts every so often; as long as "time" if left out. Must divide it.'),
    timezone: z
      .string()
      .optional()
      .describe('IANA name, such as "Europe/Berlin": days and weeks follow its calendar.'),
  }),
]);

const aggregationEntry = z.strictObject({
  aggregation: z.string().describe('Name of the aggregation; `la aggregations` lists them.'),
  col_name: column.optional().describe('The column to aggregate, where the aggregation reads one.'),
  aggregated_col_name: name.describe('Name of the result column.'),
  params: z.record(z.string(), z.json()).optional().describe('Parameters of the aggregation.'),
  filter: z.string().optional().describe('Only rows for which this expression is true count.'),
});

export const viewSchema = z
  .strictObject({
    $schema: schemaLink,
    version,
    view: name.describe('Name of the view, unique in the project.'),
    stream: z.string().describe('Name of a stream in la.json.'),
    description: z.string().optional().describe('For people.'),
    grouping_cols: z
      .array(groupingColumn)
      .describe('Columns to group by, and one time interval: ["ap", { "time": "10m" }].'),
    derive: z
      .record(name, z.string())
      .default({})
      .describe('Columns made by expressions, which may use those above them.'),
    filter: z.string().optional().describe('Only rows for which this expression is true count.'),
    aggregation_info: z.array(aggregationEntry).describe('What to aggregate.'),
    write_interval: z
      .string()
      .transform(guarded(readWriteInterval))
      .prefault('10s')
      .describe('How often changed groups are written; "final": only when a window completes.'),
    allowed_lateness: duration
      .prefault('1m')
      .describe('How long after a window completed late rows still count.'),
    checkpoint_interval: duration
      .optional()
      .describe('How often state is saved; by default that of "checkpoints" in la.json.'),
    sinks: z.array(z.string()).min(1).describe('Names of sinks in la.json.'),
    limits: z
      .strictObject({
        groups: z.int().min(1).max(1e9).default(1_000_000).describe('Groups in one window.'),
        memory: size.prefault('1GiB').describe('Memory of the whole view.'),
      })
      .prefault({})
      .describe('Beyond these, further groups go to one overflow row, and rows are flagged.'),
    lag_slo: duration.optional().describe('Lag above which the view is reported unhealthy.'),
  })
  .meta({ title: 'A view of Live Aggregators' });

export type ViewDocument = z.output<typeof viewSchema>;
