/** What is wrong with a stored object, as data: for alarms, and for `la checkpoint verify`. */

export interface Damage {
  /** The object's key. */
  readonly object: string;
  /** `object`, `manifest`, `header`, `directory` or `segment <n> of region <name> at <offset>`. */
  readonly part: string;
  readonly problem: 'missing' | 'length' | 'sha256' | 'crc32' | 'contents';
  readonly expected: string;
  readonly got: string;
}

export class DamageFound extends Error {
  readonly damage: Damage;

  constructor(damage: Damage) {
    super(describeDamage(damage));
    this.damage = damage;
  }
}

export const describeDamage = ({ object, part, problem, expected, got }: Damage): string =>
  `${object}: ${problem} of ${part}: expected ${expected}, got ${got}`;
