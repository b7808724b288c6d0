/** Names of units and of their objects. The keys of one unit sort by claim and sequence. */
import { check } from '../../runtime/errors.ts';

const UNIT = /^([A-Za-z0-9_-]{1,128})@([0-9]{1,9})(?:\.[0-9]{1,9})?$/;
const CLAIM_DIGITS = 16;
const SEQUENCE_DIGITS = 8;

export const unitName = (view: string, generation: number): string => {
  const unit = `${view}@${generation}`;
  check(UNIT.test(unit), 'a view is named [a-zA-Z0-9_-]{1,128}');
  return unit;
};

export interface UnitParts {
  readonly view: string;
  readonly generation: number;
}

export function parseUnit(unit: string): UnitParts {
  const match = UNIT.exec(unit);
  check(match !== null, 'a unit is named view@generation');
  return { view: match[1]!, generation: Number(match[2]) };
}

export const packPrefix = (unit: string): string => `data/${unit}/`;
export const manifestPrefix = (unit: string): string => `man/${unit}/`;

/** `<claim16>-<sequence8>`: what the keys of one commit have in common, and what they are ordered by. */
export function commitName(claim: number, sequence: number): string {
  check(sequence < 10 ** SEQUENCE_DIGITS, 'a unit has fewer than 10^8 commits');
  const digits = (value: number, count: number) => String(value).padStart(count, '0');
  return `${digits(claim, CLAIM_DIGITS)}-${digits(sequence, SEQUENCE_DIGITS)}`;
}

/** The same part of a key; `~` and so above all others where the key is none of ours. */
export function commitNameOf(key: string): string {
  return /\/(\d{16}-\d{8})\.(?:pack|json)$/.exec(key)?.[1] ?? '~';
}

/** How many commits there were before and with the one of this key. */
export const sequenceOf = (key: string): number =>
  Number(commitNameOf(key).slice(-SEQUENCE_DIGITS));
