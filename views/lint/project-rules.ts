/** What la.json must be beyond its shape, and what views need to know of it. */
import type { Json } from '../../runtime/json.ts';
import { durationOf, formatDuration } from '../duration.ts';
import { viewError } from '../errors.ts';
import { type Problem, within } from '../problem.ts';
import type { ColumnType } from '../spec.ts';
import { isObject, listOf, memberOf, objectOf, textOf } from './raw.ts';

/** How long an owner may go on after it lost touch (DESIGN §4, defaults). */
const LEASE_MS = 10_000;

export interface StreamFacts {
  readonly columns: Readonly<Record<string, ColumnType>>;
}

export interface ProjectFacts {
  readonly streams: ReadonlyMap<string, StreamFacts>;
  readonly sinks: ReadonlyMap<string, { readonly type: string; readonly path: string }>;
}

export function projectFacts(document: Json): ProjectFacts {
  const streams = Object.entries(objectOf(memberOf(document, 'streams')));
  const sinks = Object.entries(objectOf(memberOf(document, 'sinks')));
  return {
    streams: new Map(
      streams.map(([name, stream]) => [name, { columns: columnsOf(memberOf(stream, 'columns')) }]),
    ),
    sinks: new Map(
      sinks.map(([name, sink]) => {
        const type = textOf(memberOf(sink, 'type')) ?? '';
        return [name, { type, path: textOf(memberOf(sink, 'path')) ?? '' }];
      }),
    ),
  };
}

const isColumnType = (type: Json): type is ColumnType =>
  type === 'number' || type === 'text' || type === 'boolean';

function columnsOf(value: Json | undefined): Record<string, ColumnType> {
  const found: Record<string, ColumnType> = {};
  for (const [path, type] of Object.entries(objectOf(value))) {
    if (isColumnType(type)) found[path] = type;
  }
  return found;
}

/** Whether there is a file of this path, relative to la.json. */
export type FileExists = (path: string) => boolean;

export function projectProblems(document: Json, fileExists: FileExists | undefined): Problem[] {
  const problems = connectorPlaces(document).flatMap((path) => {
    const options = path.reduce<Json | undefined>(memberOf, document);
    const found = [
      ...pathProblems(memberOf(options, 'path')).map((problem) => within(['path'], problem)),
      ...secretProblems(options ?? null),
    ];
    return found.map((problem) => within(path, problem));
  });
  for (const [name, stream] of Object.entries(objectOf(memberOf(document, 'streams')))) {
    const at = ['streams', name];
    problems.push(...idleProblems(stream).map((problem) => within(at, problem)));
    if (fileExists !== undefined) {
      const missing = missingFiles(memberOf(stream, 'source'), fileExists);
      problems.push(...missing.map((problem) => within([...at, 'source'], problem)));
    }
  }
  return problems;
}

const connectorPlaces = (document: Json): string[][] => [
  ...Object.keys(objectOf(memberOf(document, 'streams'))).map((name) => [
    'streams',
    name,
    'source',
  ]),
  ...Object.keys(objectOf(memberOf(document, 'sinks'))).map((name) => ['sinks', name]),
  ['checkpoints'],
  ['coordination'],
  ['dead_letters'],
];

/** `path` may be a list of paths. */
function pathProblems(value: Json | undefined): Problem[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => pathProblems(item).map((one) => within([index], one)));
  }
  const path = textOf(value);
  if (path === undefined || !leadsOutside(path)) return [];
  return [{ error: viewError('LA_CONFIG_PATH_OUTSIDE', { value: path }), path: [] }];
}

function leadsOutside(path: string): boolean {
  let depth = 0;
  for (const step of path.split(/[\\/]/)) {
    if (step === '..') depth--;
    else if (step !== '' && step !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}

function idleProblems(stream: Json): Problem[] {
  const text = textOf(memberOf(memberOf(stream, 'watermark'), 'idle_after'));
  const ms = text === undefined ? undefined : durationOf(text);
  if (text === undefined || ms === undefined || ms > LEASE_MS) return [];
  const context = { value: text, lease: formatDuration(LEASE_MS) };
  const error = viewError('LA_CONFIG_IDLE_BELOW_LEASE', context);
  return [{ error, path: ['watermark', 'idle_after'] }];
}

function missingFiles(source: Json | undefined, fileExists: FileExists): Problem[] {
  if (memberOf(source, 'type') !== 'file') return [];
  const path = memberOf(source, 'path');
  const many = Array.isArray(path);
  return (many ? listOf(path) : [path ?? null]).flatMap((item, index) => {
    const one = textOf(item);
    if (one === undefined || /[*?[{]/.test(one) || fileExists(one)) return [];
    const error = viewError('LA_CONFIG_FILE_NOT_FOUND', { value: one });
    return [{ error, path: many ? ['path', index] : ['path'] }];
  });
}

const SECRET_KEY = /passw(or)?d|secret|token|api_?key|access_?key|private_?key|credential/i;
/** `scheme://user:password@host`. */
const SECRET_IN_ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s:]*:[^/@\s]+@/i;

/** Secrets as text, wherever they stand: the file may be in version control. */
function secretProblems(value: Json, key = '', inReference = false): Problem[] {
  if (typeof value === 'string') {
    const isSecret = (SECRET_KEY.test(key) && !inReference) || SECRET_IN_ADDRESS.test(value);
    return isSecret ? [{ error: viewError('LA_CONFIG_SECRET_LITERAL', { key }), path: [] }] : [];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      secretProblems(item, key).map((one) => within([index], one)),
    );
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => {
    const reference = SECRET_KEY.test(key) && (name === 'env' || name === 'file');
    return secretProblems(item, name, reference).map((one) => within([name], one));
  });
}
