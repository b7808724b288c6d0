/** Event times to whole epoch milliseconds, from digits, so that nothing is rounded twice. NaN: unreadable. */

export type EventTimeUnit = 'ms' | 's' | 'us' | 'ns' | 'iso8601';

/** Places by which the decimal point moves to the right to make milliseconds. */
const pointShift: Record<Exclude<EventTimeUnit, 'iso8601'>, number> = {
  s: 3,
  ms: 0,
  us: -3,
  ns: -6,
};

/** A safe whole number or NaN. */
export const safeTime = (time: number): number => (Number.isSafeInteger(time) ? time + 0 : NaN);

/** Epoch ms of a JSON number's text, rounded down. `iso8601` takes strings only. */
export function numberToEpochMs(text: string, unit: EventTimeUnit): number {
  if (unit === 'iso8601') return NaN;
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) return NaN;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return 0;
  // Leading zeros were cut off: count places from the right.
  const places = digits.length - fraction.length + Number(exponent) + pointShift[unit];
  if (places > 16) return NaN;
  const taken = places > 0 ? digits.slice(0, places) : '';
  const dropped = places > 0 ? digits.slice(places) : digits;
  const value = taken === '' ? 0 : Number(taken.padEnd(places, '0'));
  if (sign !== '-') return safeTime(value);
  return safeTime(/[1-9]/.test(dropped) ? -value - 1 : -value);
}

/** The same for an integer of at most 15 digits. */
export function integerToEpochMs(value: number, unit: EventTimeUnit): number {
  switch (unit) {
    case 'ms':
      return value;
    case 's':
      return safeTime(value * 1000);
    // Exact: a quotient below 2^40 lies at least 2^-20 from the next whole number, its rounding error is below 2^-13 of that.
    case 'us':
      return Math.floor(value / 1000);
    case 'ns':
      return Math.floor(value / 1_000_000);
    case 'iso8601':
      return NaN;
  }
}

const MS_PER_DAY = 86_400_000;
const DAYS_PER_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Epoch ms of `YYYY-MM-DDThh:mm[:ss[.fff…]](Z|±hh[[:]mm])` in bytes [start, end), rounded down. Without Z or an offset it
 * names no instant: NaN. So do leap seconds and 24:00, which no clock of ours can tell from the next second.
 */
export function iso8601ToEpochMs(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 17) return NaN;
  const at = (index: number) => (index < end ? bytes[index]! : 0);
  const two = (index: number) => {
    const tens = at(index) - 48;
    const ones = at(index + 1) - 48;
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
  };
  const year = two(start) * 100 + two(start + 2);
  const month = two(start + 5);
  const day = two(start + 8);
  const hour = two(start + 11);
  const minute = two(start + 14);
  const separators =
    at(start + 4) === 45 && at(start + 7) === 45 && at(start + 10) === 84 && at(start + 13) === 58;
  if (!separators || !isDate(year, month, day) || !(hour <= 23) || !(minute <= 59)) return NaN;
  let index = start + 16;
  let second = 0;
  let fractionMs = 0;
  if (at(index) === 58) {
    second = two(index + 1);
    if (!(second <= 59)) return NaN;
    index += 3;
    if (at(index) === 46 || at(index) === 44) {
      const from = ++index;
      for (; at(index) >= 48 && at(index) <= 57; index++) {
        if (index - from < 3) fractionMs += (at(index) - 48) * 10 ** (2 - (index - from));
      }
      if (index === from) return NaN;
    }
  }
  const offset = offsetMinutes(bytes, index, end);
  const days = daysFromCivil(year, month, day);
  return days * MS_PER_DAY + ((hour * 60 + minute - offset) * 60 + second) * 1000 + fractionMs;
}

function isDate(year: number, month: number, day: number): boolean {
  if (!(year >= 0) || !(month >= 1 && month <= 12) || !(day >= 1)) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= DAYS_PER_MONTH[month - 1]! + (month === 2 && leap ? 1 : 0);
}

/** Minutes east of UTC of `Z`, `±hh`, `±hhmm` or `±hh:mm`, which must fill the rest. */
function offsetMinutes(bytes: Uint8Array, start: number, end: number): number {
  const first = start < end ? bytes[start]! : 0;
  if (first === 90) return start + 1 === end ? 0 : NaN;
  if (first !== 43 && first !== 45) return NaN;
  let at = start + 1;
  const two = () => {
    const tens = at < end ? bytes[at]! - 48 : NaN;
    const ones = at + 1 < end ? bytes[at + 1]! - 48 : NaN;
    at += 2;
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
  };
  const hours = two();
  let minutes = 0;
  if (at < end) {
    if (bytes[at] === 58) at++;
    minutes = two();
  }
  if (at !== end || !(hours <= 23) || !(minutes <= 59)) return NaN;
  return (first === 45 ? -1 : 1) * (hours * 60 + minutes);
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar; years start in March, so that leap days come last. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
