/** The shape of la.json. Connectors bring the schemas of their own options. */
import { z } from 'zod';
import { column, duration, name, schemaLink, start, version } from './common.ts';

/** One registered connector. Its schema is a strict object with a literal `type`, and takes in what it gives out. */
export interface ConnectorSchema {
  readonly doc: string;
  readonly schema: z.ZodObject;
}

/** Connectors by role and type, as the registry of the connectors lists them. */
export interface ConnectorSchemas {
  readonly sources: Readonly<Record<string, ConnectorSchema>>;
  readonly sinks: Readonly<Record<string, ConnectorSchema>>;
  readonly deadLetters: Readonly<Record<string, ConnectorSchema>>;
  /** Beside `file`. */
  readonly checkpoints?: Readonly<Record<string, ConnectorSchema>>;
  /** Beside `memory`. */
  readonly coordination?: Readonly<Record<string, ConnectorSchema>>;
}

const fileCheckpoints: ConnectorSchema = {
  doc: 'Files in a folder; one process at a time.',
  schema: z.strictObject({
    type: z.literal('file'),
    path: z.string().min(1).default('state/checkpoints').describe('The folder.'),
  }),
};

const memoryCoordination: ConnectorSchema = {
  doc: 'Within this process: for one node.',
  schema: z.strictObject({ type: z.literal('memory') }),
};

/** One of the connectors by their `type`, with further keys that belong to the engine. */
function oneOf(
  connectors: Readonly<Record<string, ConnectorSchema>>,
  engineKeys: Readonly<Record<string, z.ZodType>> = {},
) {
  const described = Object.values(connectors).map(({ doc, schema }) =>
    schema.safeExtend(engineKeys).describe(doc),
  );
  const [first, ...rest] = described;
  if (first === undefined) return z.never();
  // Every schema has its literal `type`, which the types of the registry cannot tell.
  return z.discriminatedUnion('type', [first, ...rest] as never);
}

const columnType = z.enum(['number', 'text', 'boolean']);

const watermark = z
  .strictObject({
    delay: duration.prefault('10s').describe('How far rows of a partition may be out of order.'),
    idle_after: duration
      .prefault('60s')
      .describe('A silent partition stops holding back completion after this time.'),
    max_ahead: duration
      .prefault('1h')
      .describe('Rows dated further ahead of their own timestamp are invalid.'),
    max_skew: duration.prefault('1h').describe('Partitions further ahead of the others wait.'),
  })
  .prefault({})
  .describe('How time passes in the stream.');

const stream = (connectors: ConnectorSchemas) =>
  z.strictObject({
    source: oneOf(connectors.sources, { start: start.optional() }).describe(
      'Where the records come from.',
    ),
    start: start.optional(),
    format: z.literal('json').default('json').describe('How a record is written.'),
    columns: z
      .record(column, columnType)
      .default({})
      .describe('Types of columns, by dot path. A column need not be declared.'),
    event_time: z
      .strictObject({
        col_name: column.describe('The column that holds the event time.'),
        unit: z
          .enum(['ms', 's', 'us', 'ns', 'iso8601'])
          .default('ms')
          .describe('How it is written.'),
      })
      .describe('When a row happened.'),
    watermark,
    max_record_bytes: z
      .int()
      .min(64)
      .max(64 * 2 ** 20)
      .default(2 ** 20)
      .describe('A longer record is invalid.'),
  });

const engine = z
  .strictObject({
    aggregator_threads: z.int().min(1).max(256).optional().describe('Threads that aggregate.'),
    chunk_rows: z.int().min(1).max(65_536).default(4096).describe('Rows of a chunk at most.'),
    chunk_slots: z
      .literal([2, 4, 8, 16, 32, 64, 128, 256])
      .default(16)
      .describe('Chunks of a stream that are held at once.'),
  })
  .prefault({})
  .describe('How the engine uses the machine.');

/** The schema of la.json with these connectors. */
export const projectSchema = (connectors: ConnectorSchemas) =>
  z
    .strictObject({
      $schema: schemaLink,
      version,
      streams: z.record(name, stream(connectors)).describe('The streams by name.'),
      sinks: z
        .record(name, oneOf(connectors.sinks))
        .default({})
        .describe('Where results can go, by name.'),
      checkpoints: oneOf(
        { file: fileCheckpoints, ...connectors.checkpoints },
        { interval: duration.prefault('15s').describe('How often state is saved.') },
      )
        .prefault({ type: 'file' } as never)
        .describe('Where state is kept.'),
      coordination: oneOf({ memory: memoryCoordination, ...connectors.coordination })
        .prefault({ type: 'memory' } as never)
        .describe('How nodes agree on who owns what.'),
      dead_letters: oneOf(connectors.deadLetters)
        .prefault({ type: 'file' } as never)
        .describe('Where rows go that no window took.'),
      engine,
    })
    .meta({ title: 'A project of Live Aggregators' });

export type ProjectDocument = z.output<ReturnType<typeof projectSchema>>;
