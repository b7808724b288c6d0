/** In a process whose files may not grow beyond 8 KiB: appends to argv[2] and prints what each append came to. */
import { appendFileSync } from 'node:fs';
import { AppendLog } from '../../../connectors/file/append-log.ts';

const path = process.argv[2] ?? '';
const log = await AppendLog.open(path);
const line = (letter: string, length: number) => Buffer.from(`${letter.repeat(length - 1)}\n`);
const append = (bytes: Uint8Array) =>
  log
    .append(() => [bytes])
    .then(
      () => 'appended',
      (error) => error.code,
    );
const outcomes = [await append(line('a', 3000)), await append(line('b', 6000))];
appendFileSync(path, line('x', 1000));
outcomes.push(await append(line('c', 6000)), await append(line('d', 4000)));
await log.close();
console.log(outcomes.join(' '));
