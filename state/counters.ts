/** What became of the rows: part of every checkpoint. read = folded + filtered + tooLate + invalid, always. */
import type { Json } from '../runtime/json.ts';

const NAMES = [
  'read',
  'folded',
  'filtered',
  'tooLate',
  'invalid',
  'late',
  'missedWindows',
  'overflow',
  'notFinite',
] as const;
type Name = (typeof NAMES)[number];

export class Counters implements Record<Name, number> {
  read = 0;
  folded = 0;
  /** Also rows all of whose windows belong to another generation. */
  filtered = 0;
  tooLate = 0;
  invalid = 0;
  /** Folded rows that were late for at least one of their windows. */
  late = 0;
  /** Windows that folded rows came too late for. */
  missedWindows = 0;
  /** Folded rows that went to an overflow group. */
  overflow = 0;
  /** Results written as null because they were not finite; counted each time one is written. */
  notFinite = 0;
  /** Invalid rows by reason. */
  readonly invalidByReason = new Map<string, number>();

  addInvalid(reason: string, rows: number): void {
    this.invalid += rows;
    this.invalidByReason.set(reason, (this.invalidByReason.get(reason) ?? 0) + rows);
  }

  describe(): Json {
    const numbers = Object.fromEntries(NAMES.map((name) => [name, this[name]]));
    return { ...numbers, invalidByReason: Object.fromEntries(this.invalidByReason) };
  }

  restore(
    numbers: Partial<Record<Name, number>>,
    byReason: Readonly<Record<string, number>>,
  ): void {
    for (const name of NAMES) this[name] = numbers[name] ?? 0;
    for (const [reason, rows] of Object.entries(byReason)) this.invalidByReason.set(reason, rows);
  }
}
