/** What a change of a view or its stream means for the state (DESIGN §5.7), for people. */

export const startsAnew: readonly string[] = [
  'grouping_cols, with time, hop and timezone',
  'filter and derive',
  'allowed_lateness',
  'col_name, params or filter of an aggregation that keeps its aggregated_col_name',
  "the stream's source, start, event_time, delay and max_ahead",
];

export const keepsState: readonly string[] = [
  'write_interval, checkpoint_interval, sinks, limits, lag_slo',
  'an aggregation that is removed',
  'an aggregation that is added: it begins with the next window',
];
