/** Durations and sizes as users write them. */
import { LaError } from '../runtime/errors.ts';
import { viewError } from './errors.ts';

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** More would leave the range in which sums with an epoch time are whole. */
const DURATION_MS_MAX = 100 * 366 * 86_400_000;

/**
 * `250ms`, `10s`, `90m`, `2h`, `1d`, `1w` in ms; a fraction must come to whole ms.
 * @throws LA_CONFIG_BAD_DURATION, LA_CONFIG_NEGATIVE_DURATION
 */
export function parseDuration(text: string): number {
  const match = /^(-?)(\d{1,16}(?:\.\d{1,9})?)(ms|s|m|h|d|w)$/.exec(text);
  if (match === null) throw viewError('LA_CONFIG_BAD_DURATION', { value: text });
  if (match[1] === '-') throw viewError('LA_CONFIG_NEGATIVE_DURATION', { value: text });
  const ms = Number(match[2]) * (unitMs[match[3] ?? ''] ?? Number.NaN);
  if (!Number.isSafeInteger(ms) || ms > DURATION_MS_MAX) {
    throw viewError('LA_CONFIG_BAD_DURATION', { value: text });
  }
  return ms;
}

/** The same, undefined where it is not a duration. */
export function durationOf(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof LaError) return undefined;
    throw error;
  }
}

/** The shortest way to write a duration: 90000 is `90s`. */
export function formatDuration(ms: number): string {
  const units = Object.entries(unitMs).reverse();
  const [unit, length] = units.find(([, length]) => ms % length === 0 && ms !== 0) ?? ['ms', 1];
  return `${ms / length}${unit}`;
}

const unitBytes: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/**
 * `512KiB`, `1.5GiB`, `100MB` in bytes.
 * @throws LA_CONFIG_BAD_SIZE
 */
export function parseSize(text: string): number {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)(B|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$/.exec(text);
  const bytes = Math.floor(Number(match?.[1]) * (unitBytes[match?.[2] ?? ''] ?? Number.NaN));
  if (!Number.isSafeInteger(bytes)) throw viewError('LA_CONFIG_BAD_SIZE', { value: text });
  return bytes;
}
