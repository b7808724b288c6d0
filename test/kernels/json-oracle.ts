/** What decoding must give, by JSON.parse and exact integers: slow, and nothing shared with the decoder. */

import type { ColumnSpec } from '../../runtime/chunk.ts';
import { EntryType } from '../../runtime/dictionary.ts';
import { hash64, hashed } from '../../runtime/hash.ts';
import type { DecodedRow } from './decoding.ts';

const DEPTH_MAX = 512;

/** A number as it was written. */
class Numeral {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

export function oracleRow(
  record: Uint8Array,
  offset: number,
  columns: readonly ColumnSpec[],
  maxRecordBytes: number,
): DecodedRow {
  const refuse = (status: string): DecodedRow => {
    return { offset, status, time: NaN, values: columns.map(() => 'NULL') };
  };
  if (record.length > maxRecordBytes) return refuse('too_large');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(record);
  } catch {
    return refuse('invalid_utf8');
  }
  if (depthOf(text) > DEPTH_MAX) return refuse('malformed');
  let value: unknown;
  try {
    value = JSON.parse(text, reviveNumerals as (key: string, value: unknown) => unknown);
  } catch {
    return refuse('malformed');
  }
  if (!isObject(value)) return refuse('not_an_object');
  const timeValue = at(value, 'ts');
  if (timeValue === undefined || timeValue === null) return refuse('time_missing');
  const time = timeValue instanceof Numeral ? floorOf(timeValue.source) : NaN;
  if (Number.isNaN(time)) return refuse('time_unreadable');
  return {
    offset,
    status: 'ok',
    time,
    values: columns.map((spec) => show(at(value, spec.path), spec)),
  };
}

const reviveNumerals = (_key: string, value: unknown, context: { source: string }) =>
  typeof value === 'number' ? new Numeral(context.source) : value;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Numeral);

function at(value: unknown, path: string): unknown {
  let inner = value;
  for (const key of path.split('.')) {
    if (!isObject(inner) || !Object.hasOwn(inner, key)) return undefined;
    inner = inner[key];
  }
  return inner;
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[{]|[\]}]/gs)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    if (token === ']' || token === '}') depth--;
  }
  return deepest;
}

function show(value: unknown, { kind }: ColumnSpec): string {
  if (value === undefined || value === null) return 'NULL';
  if (typeof value === 'boolean') {
    if (kind === 'dict32') return `BOOLEAN ${value}`;
    return value ? 'TRUE' : 'FALSE';
  }
  const withKind = (type: 'TEXT' | 'NUMBER', text: string) => {
    if (kind !== 'hash64') return `${type} ${text}`;
    const bytes = new TextEncoder().encode(text);
    hash64(EntryType[type], bytes, 0, bytes.length);
    return `#${hashed.low >>> 0} ${hashed.high >>> 0}`;
  };
  if (typeof value === 'string')
    return kind === 'f64' ? 'TEXT' : withKind('TEXT', value.toWellFormed());
  if (!(value instanceof Numeral)) return 'INVALID';
  const number = Number(value.source);
  if (!Number.isFinite(number)) return 'INVALID';
  if (kind === 'f64' || kind === 'value') return String(number);
  return withKind('NUMBER', canonical(value.source));
}

/** The value as numerator / 10^places. */
function fractionOf(source: string): { numerator: bigint; places: number } {
  const [mantissa = '', exponent = '0'] = source.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const places = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return places >= 0
    ? { numerator: digits, places }
    : { numerator: digits * 10n ** BigInt(-places), places: 0 };
}

export function canonical(source: string): string {
  const number = Number(source);
  // Numbers this small have an exponent too large for exact integers.
  if (Math.abs(number) < 2 ** 53) return String(number);
  const { numerator, places } = fractionOf(source);
  const scale = 10n ** BigInt(places);
  return numerator % scale === 0n ? String(numerator / scale) : String(number);
}

function floorOf(source: string): number {
  const number = Number(source);
  if (Math.abs(number) > 2 ** 54) return NaN;
  const exponent = Number(source.toLowerCase().split('e')[1] ?? 0);
  const isZero = /^-?[0.]*(e|$)/i.test(source);
  if (isZero) return 0;
  if (exponent < -4000) return source.startsWith('-') ? -1 : 0;
  const { numerator, places } = fractionOf(source);
  const scale = 10n ** BigInt(places);
  const negative = source.startsWith('-');
  const quotient = numerator / scale;
  const floor = Number(negative && numerator % scale !== 0n ? quotient - 1n : quotient);
  return Number.isSafeInteger(floor) ? floor : NaN;
}
