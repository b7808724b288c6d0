/** Numbers, sizes and times as people read them. */

/** `1,234`; one digit behind the point below 10, where there is one. */
export function quantity(value: number): string {
  const digits = Math.abs(value) < 10 ? 1 : 0;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `12 KiB`, `1.5 GiB`. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let at = 0;
  while (value >= 1024 && at < SIZES.length - 1) {
    value /= 1024;
    at++;
  }
  return `${quantity(value)} ${SIZES[at]}`;
}

const SPANS: readonly [unit: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
];

/** `0.4 s`, `12 s`, `3.5 min`, `2 d`: in the largest unit that it has one of. */
export function spanText(ms: number): string {
  const [unit, unitMs] = SPANS.find(([, each]) => ms >= each) ?? ['s', 1000];
  return `${quantity(ms / unitMs)} ${unit}`;
}

/** An event or wall-clock time, UTC: `2013-09-19 08:12:47`. */
export function timeText(timeMs: number): string {
  const time = new Date(timeMs);
  if (Number.isNaN(time.getTime())) return '–';
  return time.toISOString().slice(0, 19).replace('T', ' ');
}
