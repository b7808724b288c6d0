import type { Readable } from 'node:stream';

/** Resolves as soon as what the stream has said matches; rejects when it ends before. */
export function awaitText(stream: Readable | null, expected: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    stream?.on('data', (part: string) => {
      text += part;
      if (expected.test(text)) resolve();
    });
    stream?.on('end', () => reject(new Error(`${expected} is not in ${text}`)));
  });
}
