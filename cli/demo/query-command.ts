/** A command to copy that shows results without anything but Node.js. */
import { basename, relative } from 'node:path';

export interface Query {
  readonly database: string;
  readonly view: string;
  readonly columns: readonly string[];
}

/** For any shell: double quotes outside, single ones inside, and nothing that a shell would replace. */
export function queryCommand({ database, view, columns }: Query, currentDir: string): string {
  const path = shorter(database, currentDir).replaceAll('\\', '/').replaceAll("'", "\\'");
  const sql = `SELECT ${columns.join(', ')} FROM ${view} ORDER BY window_start DESC LIMIT 10`;
  const open = `new (require('node:sqlite').DatabaseSync)('${path}')`;
  return `${nodeCommand(currentDir)} -e "console.table(${open}.prepare('${sql}').all())"`;
}

/** The Node.js that runs us: the one in the PATH may be too old. */
function nodeCommand(currentDir: string): string {
  const { execPath } = process;
  if (!execPath.includes('node_modules')) return basename(execPath).replace(/\.exe$/, '');
  const path = shorter(execPath, currentDir);
  return path.includes(' ') ? `"${path}"` : path;
}

export function shorter(path: string, currentDir: string): string {
  const short = relative(currentDir, path);
  return short !== '' && short.length < path.length ? short : path;
}
