/** The table of a view: its columns, and the statement that writes a row unless a higher version is there. */
import type { DatabaseSync } from 'node:sqlite';
import type { ResultSchema, ResultType } from '../../runtime/result-batch.ts';
import { connectorError } from '../errors.ts';

/**
 * Declared types: a column without one keeps what it is given (keys and `value`s may be numbers or texts, `1` and `"1"`
 * both); the others make SQLite store whole numbers as integers and the rest as reals.
 */
const valueTypes: Record<ResultType, string> = {
  number: 'REAL',
  integer: 'INTEGER',
  value: '',
  json: 'TEXT',
};

const versionColumns = ['generation', 'rows', 'complete', 'claim'];
const flagColumns = ['truncated', 'gap'];
const primaryKey = ['window_start', 'group_key'];

interface Column {
  readonly name: string;
  readonly type: string;
}

const whole = (name: string): Column => ({ name, type: 'INTEGER' });

/** In the order of the statement's parameters. */
export const tableColumns = (schema: ResultSchema): Column[] => [
  ...schema.keys.map((name) => ({ name, type: '' })),
  whole('window_start'),
  whole('window_end'),
  ...schema.values.map(({ name, type }) => ({ name, type: valueTypes[type] })),
  ...versionColumns.map(whole),
  ...flagColumns.map(whole),
  { name: 'group_key', type: 'TEXT' },
];

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * Makes the table, or adds the columns it lacks: columns are only ever added, so rows of older generations stay, with
 * nulls in the new ones. A table of another make, or a column of another type, is an error.
 */
export function prepareTable(database: DatabaseSync, path: string, schema: ResultSchema): void {
  const { view } = schema;
  const misfit = (reason: string) =>
    connectorError('LA_SQLITE_SCHEMA', { table: view, path, view, reason });
  const wanted = tableColumns(schema);
  const twice = firstTwice(wanted.map(({ name }) => name.toLowerCase()));
  if (twice !== undefined) throw misfit(`two columns are named ${twice} (case does not count)`);
  const found = database
    .prepare('SELECT name, type, pk FROM pragma_table_info(?)')
    .all(view)
    .map(({ name, type, pk }) => ({ name: String(name), type: String(type), pk: Number(pk) }));
  if (found.length === 0) {
    database.exec(createStatement(schema));
    return;
  }
  const key = found.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  if (key.map(({ name }) => name).join() !== primaryKey.join()) {
    throw misfit(`its primary key is not (${primaryKey.join(', ')})`);
  }
  for (const { name, type } of wanted) {
    const column = found.find((other) => other.name.toLowerCase() === name.toLowerCase());
    if (column === undefined) {
      database.exec(`ALTER TABLE ${quoteName(view)} ADD COLUMN ${quoteName(name)} ${type}`);
    } else if (column.type !== type) {
      const [was, is] = [column.type, type].map((text) => text || 'untyped');
      throw misfit(`column ${name} is ${was} there, and ${is} in the view`);
    }
  }
}

/**
 * Removes rows of windows that an earlier generation does not own any more, and has the table refuse those that a process which
 * does not know it yet still writes.
 */
export function endEarlierGenerations(
  database: DatabaseSync,
  { view, generation, cutoverMs }: ResultSchema,
): void {
  if (generation === undefined || cutoverMs === undefined) return;
  database
    .prepare(`DELETE FROM ${quoteName(view)} WHERE window_start >= ? AND generation < ?`)
    .run(cutoverMs, generation);
  database.exec(`CREATE TRIGGER IF NOT EXISTS ${quoteName(`${view} before generation ${generation}`)}
    BEFORE INSERT ON ${quoteName(view)}
    WHEN NEW.generation < ${Number(generation)} AND NEW.window_start >= ${Number(cutoverMs)}
    BEGIN SELECT RAISE(IGNORE); END`);
}

const firstTwice = (names: readonly string[]): string | undefined =>
  names.find((name, at) => names.indexOf(name) !== at);

function createStatement(schema: ResultSchema): string {
  const columns = tableColumns(schema).map(({ name, type }) => {
    const required = [...primaryKey, 'window_end', ...versionColumns, ...flagColumns];
    return `${quoteName(name)} ${type}${required.includes(name) ? ' NOT NULL' : ''}`;
  });
  return `CREATE TABLE ${quoteName(schema.view)} (${columns.join(', ')},
    PRIMARY KEY (${primaryKey.join(', ')})) WITHOUT ROWID`;
}

/** Keeps the higher version; of equal ones the later written, as everywhere. */
export function upsertStatement(schema: ResultSchema): string {
  const names = tableColumns(schema).map(({ name }) => name);
  const table = quoteName(schema.view);
  const set = names
    .filter((name) => !primaryKey.includes(name))
    .map((name) => `${quoteName(name)} = excluded.${quoteName(name)}`);
  const version = (of: string) => versionColumns.map((name) => `${of}.${name}`).join(', ');
  return `INSERT INTO ${table} (${names.map(quoteName).join(', ')})
    VALUES (${names.map(() => '?').join(', ')})
    ON CONFLICT (${primaryKey.join(', ')}) DO UPDATE SET ${set.join(', ')}
    WHERE (${version('excluded')}) >= (${version(table)})`;
}
