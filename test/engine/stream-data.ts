/** Made-up streams with everything that makes a stream difficult: late, too late, duplicated, malformed, skewed. */
import { type Random, seededRandom } from '../../runtime/random.ts';

export interface StreamDataOptions {
  readonly seed: number;
  readonly partitions: number;
  /** Of each partition. */
  readonly rows: number;
  /** Event time from the first row to the last, ms. */
  readonly spanMs: number;
  /** How late rows usually are at most, ms; one in 50 is up to ten times as late. */
  readonly disorderMs: number;
}

const START_MS = 1_767_225_600_000;

/** NDJSON of each partition. */
export function streamData(options: StreamDataOptions): string[] {
  const random = seededRandom(options.seed);
  return Array.from({ length: options.partitions }, (_, partition) => {
    const lines: string[] = [];
    // Each partition has its own pace and begins at its own time.
    const offsetMs = random.integer(options.spanMs / 4);
    for (let row = 0; row < options.rows; row++) {
      const time = START_MS + offsetMs + Math.floor((row * options.spanMs) / options.rows);
      lines.push(line(random, time, partition, options));
      if (random.integer(40) === 0) lines.push(lines[lines.length - 1]!);
      if (random.integer(60) === 0) lines.push(malformed[random.integer(malformed.length)]!);
    }
    return `${lines.join('\n')}\n`;
  });
}

const malformed = [
  '{"t":',
  '[1,2]',
  '"text"',
  '{"t":"yesterday","k":"a","v":1}',
  '{"k":"a","v":1}',
  '{"t":1767225600000,"k":"a","v":1e400}',
  '',
  '{"t":1767225600000,"k":{"x":1},"v":1}',
];

function line(
  random: Random,
  time: number,
  partition: number,
  { disorderMs }: StreamDataOptions,
): string {
  const late =
    random.integer(50) === 0 ? random.integer(disorderMs * 10) : random.integer(disorderMs);
  const keys = ['"a"', '"b"', '"Zürich"', '"1"', '1', 'null', 'true', '"\\u00e9\\n"'];
  const values = ['-1', '0', '17', '2.5', '1e3', '123456789.125', 'null'];
  const key =
    random.integer(4) === 0 ? `"k${random.integer(50)}"` : keys[random.integer(keys.length)];
  const value = random.integer(100) === 0 ? '"wrong"' : values[random.integer(values.length)];
  const text = random.integer(3) === 0 ? '' : `,"s":"s${random.integer(300)}"`;
  return `{"t":${time - late},"p":${partition},"k":${key},"v":${value}${text}}`;
}
