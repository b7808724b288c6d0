import { resolve } from 'node:path';
import type { DeadLetter } from '../../runtime/dead-letter.ts';
import type { DeadLetterSink, SinkContext } from '../contract.ts';
import { AppendLog } from './append-log.ts';
import type { FileDeadLetterOptions } from './options.ts';

export async function openFileDeadLetters(options: FileDeadLetterOptions, context: SinkContext) {
  const path = resolve(context.projectDir, options.path);
  return new FileDeadLetters(await AppendLog.open(path));
}

/** One JSON object a line. A replay writes letters again: readers keep one of each (view, generation, partition, offset). */
export class FileDeadLetters implements DeadLetterSink {
  readonly #log: AppendLog;

  constructor(log: AppendLog) {
    this.#log = log;
  }

  async write(letters: readonly DeadLetter[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#log.append(() => [Buffer.from(letters.map(lineOf).join(''))]);
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}

const lineOf = (letter: DeadLetter): string => {
  const { view, generation, partition, offset, reason, time, sample } = letter;
  return `${JSON.stringify({ view, generation, partition, offset, reason, time, sample })}\n`;
};
