/** Every connector by its type: what it is, its options, and how it is opened. Its code is loaded when it is used. */
import type { z } from 'zod';
import type { DeadLetterSink, Sink, SinkContext, Source, SourceContext } from './contract.ts';
import { fileDeadLetterOptions, fileSinkOptions, fileSourceOptions } from './file/options.ts';
import { generatorOptions } from './generator/options.ts';
import { sqliteSinkOptions } from './sqlite/options.ts';

export interface Connector<Schema extends z.ZodObject, Context, Opened> {
  readonly doc: string;
  /** A strict object whose `type` is a literal. */
  readonly schema: Schema;
  /** Options as they stand in la.json, defaults left out or not: they are checked against the schema again. */
  open(options: unknown, context: Context): Promise<Opened>;
}

function connector<Schema extends z.ZodObject, Context, Opened>(
  doc: string,
  schema: Schema,
  open: (options: z.output<Schema>, context: Context) => Promise<Opened>,
): Connector<Schema, Context, Opened> {
  return { doc, schema, open: async (options, context) => open(schema.parse(options), context) };
}

export const sources = {
  file: connector(
    'Lines of files, plain or gzip: read once, in a loop, or followed as they grow.',
    fileSourceOptions,
    async (options, context: SourceContext): Promise<Source> =>
      (await import('./file/source.ts')).openFileSource(options, context),
  ),
  generator: connector(
    'Made-up Wi-Fi client statistics: the same options give the same records.',
    generatorOptions,
    async (options, context: SourceContext): Promise<Source> =>
      (await import('./generator/source.ts')).openGeneratorSource(options, context),
  ),
};

export const sinks = {
  sqlite: connector(
    'Tables in a SQLite database, one a view; the highest version of each row is kept.',
    sqliteSinkOptions,
    async (options, context: SinkContext): Promise<Sink> =>
      (await import('./sqlite/sink.ts')).openSqliteSink(options, context),
  ),
  file: connector(
    'JSON lines, every write or final rows only; readers keep the highest version.',
    fileSinkOptions,
    async (options, context: SinkContext): Promise<Sink> =>
      (await import('./file/sink.ts')).openFileSink(options, context),
  ),
};

export const deadLetters = {
  file: connector(
    'JSON lines in a file.',
    fileDeadLetterOptions,
    async (options, context: SinkContext): Promise<DeadLetterSink> =>
      (await import('./file/dead-letters.ts')).openFileDeadLetters(options, context),
  ),
};

/** What `--once` changes in a source's options, so that it ends. */
const onceOptions: Readonly<Record<string, object>> = { file: { loop: false, follow: false } };

/** Opens a source by its type. Types come from a linted project. */
export async function openSource(
  type: string,
  options: Readonly<Record<string, unknown>>,
  context: SourceContext & { readonly once: boolean },
): Promise<Source> {
  const wanted = context.once ? { ...options, ...onceOptions[type] } : options;
  for (const [name, source] of Object.entries(sources)) {
    if (name === type) return source.open(wanted, context);
  }
  throw new Error(`unknown source type ${type}`);
}
