/** Small valid specs for tests, with what a test wants different. */
import type { StreamSpec, ViewSpec } from '../../views/spec.ts';

export const streamSpec = (changes: Partial<StreamSpec> = {}): StreamSpec => ({
  name: 'wifi',
  source: { type: 'file', options: { type: 'file', path: 'wifi.ndjson' } },
  start: 'earliest',
  format: 'json',
  columns: { rssi: 'number', ap: 'text' },
  eventTime: { path: 'timestamp', unit: 'ms' },
  watermark: { delayMs: 10_000, idleAfterMs: 60_000, maxAheadMs: 3_600_000, maxSkewMs: 3_600_000 },
  maxRecordBytes: 1 << 20,
  ...changes,
});

export const viewSpec = (changes: Partial<ViewSpec> = {}): ViewSpec => ({
  view: 'ap_signal',
  stream: 'wifi',
  keys: [{ column: 'ap', name: 'ap' }],
  window: { sizeMs: 600_000, hopMs: 600_000, timezone: null },
  derive: [],
  filter: null,
  aggregations: [
    { name: 'n', aggregation: 'count', column: null, params: {}, filter: null },
    { name: 'avg_rssi', aggregation: 'avg', column: 'rssi', params: {}, filter: null },
  ],
  writeIntervalMs: 10_000,
  allowedLatenessMs: 60_000,
  checkpointIntervalMs: 15_000,
  sinks: ['table'],
  limits: { groups: 1_000_000, memoryBytes: 2 ** 30 },
  lagSloMs: null,
  ...changes,
});
