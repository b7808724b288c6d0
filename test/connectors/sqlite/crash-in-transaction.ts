/** Dies by SIGKILL inside a transaction that has changed every row and reached the log. argv: database, table. */
import { DatabaseSync } from 'node:sqlite';
import { quoteName } from '../../../connectors/sqlite/table.ts';

const [, , path = '', table = ''] = process.argv;
const database = new DatabaseSync(path);
database.exec('PRAGMA cache_size = 2; BEGIN IMMEDIATE');
database.exec(`UPDATE ${quoteName(table)} SET rows = rows + 100`);
database.exec('CREATE TABLE filler (x); INSERT INTO filler VALUES (zeroblob(1000000))');
process.kill(process.pid, 'SIGKILL');
