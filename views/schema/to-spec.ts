/** From checked documents to specs. */
import type {
  AggregationSpec,
  ConnectorSpec,
  ProjectSpec,
  StartSpec,
  StreamSpec,
  ViewSpec,
} from '../spec.ts';
import type { ProjectDocument } from './project-schema.ts';
import type { ViewDocument } from './view-schema.ts';

/** A connector's document without the keys that belong to the engine. */
function connectorSpec(document: object, engineKeys: readonly string[] = []): ConnectorSpec {
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(document)) {
    if (!engineKeys.includes(key)) options[key] = value;
  }
  return { type: String(options.type), options };
}

const isStart = (value: unknown): value is StartSpec =>
  value === 'earliest' ||
  value === 'latest' ||
  (typeof value === 'object' && value !== null && 'timeMs' in value);

function startOf(document: ProjectDocument['streams'][string]): StartSpec {
  const inSource = new Map(Object.entries(document.source)).get('start');
  if (isStart(inSource)) return inSource;
  return document.start ?? 'earliest';
}

function streamSpec(name: string, document: ProjectDocument['streams'][string]): StreamSpec {
  const { watermark, event_time: eventTime } = document;
  return {
    name,
    source: connectorSpec(document.source, ['start']),
    start: startOf(document),
    format: document.format,
    columns: document.columns,
    eventTime: { path: eventTime.col_name, unit: eventTime.unit },
    watermark: {
      delayMs: watermark.delay,
      idleAfterMs: watermark.idle_after,
      maxAheadMs: watermark.max_ahead,
      maxSkewMs: watermark.max_skew,
    },
    maxRecordBytes: document.max_record_bytes,
  };
}

export function projectSpec(
  document: ProjectDocument,
  views: readonly ViewDocument[],
): ProjectSpec {
  const streams = Object.entries(document.streams).map(([name, stream]): [string, StreamSpec] => [
    name,
    streamSpec(name, stream),
  ]);
  const sinks = Object.entries(document.sinks).map(([name, sink]): [string, ConnectorSpec] => [
    name,
    connectorSpec(sink),
  ]);
  const interval: unknown = new Map(Object.entries(document.checkpoints)).get('interval');
  const intervalMs = Number(interval);
  const { engine } = document;
  return {
    streams: Object.fromEntries(streams),
    sinks: Object.fromEntries(sinks),
    checkpoints: { ...connectorSpec(document.checkpoints, ['interval']), intervalMs },
    coordination: connectorSpec(document.coordination),
    deadLetters: connectorSpec(document.dead_letters),
    engine: {
      aggregatorThreads: engine.aggregator_threads ?? null,
      chunkRows: engine.chunk_rows,
      chunkSlots: engine.chunk_slots,
    },
    views: views.map((view) => viewSpec(view, intervalMs)),
  };
}

export function viewSpec(document: ViewDocument, checkpointIntervalMs: number): ViewSpec {
  return {
    view: document.view,
    stream: document.stream,
    ...groupingOf(document),
    derive: Object.entries(document.derive).map(([name, expression]) => ({ name, expression })),
    filter: document.filter ?? null,
    aggregations: document.aggregation_info.map(
      (entry): AggregationSpec => ({
        name: entry.aggregated_col_name,
        aggregation: entry.aggregation,
        column: entry.col_name ?? null,
        params: entry.params ?? {},
        filter: entry.filter ?? null,
      }),
    ),
    writeIntervalMs: document.write_interval,
    allowedLatenessMs: document.allowed_lateness,
    checkpointIntervalMs: document.checkpoint_interval ?? checkpointIntervalMs,
    sinks: document.sinks,
    limits: { groups: document.limits.groups, memoryBytes: document.limits.memory },
    lagSloMs: document.lag_slo ?? null,
  };
}

function groupingOf({ grouping_cols: items }: ViewDocument): Pick<ViewSpec, 'keys' | 'window'> {
  const keys: { column: string; name: string }[] = [];
  let window = { sizeMs: 0, hopMs: 0, timezone: null as string | null };
  for (const item of items) {
    if (typeof item === 'string') keys.push({ column: item, name: item });
    else if (item.time !== undefined) {
      const { time: sizeMs, hop: hopMs = sizeMs, timezone = null } = item;
      window = { sizeMs, hopMs, timezone };
    } else if (item.col_name !== undefined) {
      keys.push({ column: item.col_name, name: item.as ?? item.col_name });
    }
  }
  return { keys, window };
}
