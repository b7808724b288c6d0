/** The open windows and the panes that they are made of: their completion, and how they are forgotten. */
import { check } from '../runtime/errors.ts';
import { freeArrays } from '../runtime/free-arrays.ts';
import type { Budget } from './budget.ts';
import type { Gaps } from './gaps.ts';
import type { GroupTable, SpareArrays, TableOrigin, TableSize } from './group-table.ts';
import type { Span } from './lateness.ts';

export interface Pane {
  readonly span: Span;
  readonly table: GroupTable;
}

/**
 * How far the sinks have a window's rows goes by rounds: a group is dirty while it changed after the round that is acked.
 * Rounds are raised by each emission and each snapshot.
 */
export interface WindowState {
  readonly start: number;
  readonly end: number;
  /** Panes that have rows, in the order in which they came. */
  readonly panes: Pane[];
  /** Rows that came too late for another window of their pane; null when there are none. */
  late: GroupTable | null;
  complete: boolean;
  /** Completed by the end of the input, not by watermarks: not so in snapshots, since more rows may be appended. */
  provisional: boolean;
  /** Whether the rows that tell of the completion are still to be emitted. */
  completionPending: boolean;
  /** Changes up to this round are emitted. */
  emitted: number;
  /** Changes up to this round are acked. */
  acked: number;
  /** Changes up to this round are acked as complete. */
  ackedComplete: number;
  /** Whether rows of it went to an overflow group, or may be missing. */
  truncated: boolean;
  gap: boolean;
  /** The emission under way; see emission.ts. */
  pass: Pass | null;
  /** How often all its rows had to be emitted anew: acks of what was emitted before do not count. */
  resets: number;
}

export interface Pass {
  readonly table: GroupTable;
  /** Groups that changed after this round are emitted; those of a merged table all are. */
  readonly since: number;
  /** Round that is emitted when the pass ends. */
  readonly round: number;
  readonly complete: boolean;
  /** Groups before it are done. */
  next: number;
}

/** Makes a table of the current layout. */
export type NewTable = (origin: TableOrigin) => GroupTable;

export class Windows {
  readonly panes = new Map<number, Pane>();
  readonly windows = new Map<number, WindowState>();
  readonly #budget: Budget;
  readonly #newTable: NewTable;
  /** Table of the pane made last, or its size when it was evicted. */
  #newest: TableSize | undefined;
  #spare: SpareArrays | undefined;
  #isSpareOld = false;
  readonly gaps: Gaps;
  /** Largest end of the windows evicted; their rows can come no more. */
  evictedEnd = Number.NEGATIVE_INFINITY;

  constructor(budget: Budget, gaps: Gaps, newTable: NewTable) {
    this.#budget = budget;
    this.gaps = gaps;
    this.#newTable = newTable;
  }

  /** Counts the groups of a table that comes from a snapshot. */
  adopt(table: GroupTable): void {
    this.#budget.groups += table.count;
  }

  pane(span: Span): Pane {
    let pane = this.panes.get(span.start);
    if (pane === undefined) {
      pane = { span, table: this.#newTable({ like: this.#newest, spare: this.#spare }) };
      this.#spare = undefined;
      this.#newest = pane.table;
      this.panes.set(span.start, pane);
      for (let index = 0; index < span.starts.length; index++) {
        this.window(span.starts[index]!, span.ends[index]!).panes.push(pane);
      }
    }
    return pane;
  }

  /** Adds a window that comes from a snapshot. */
  adoptWindow(start: number, end: number): WindowState {
    const window = newWindow(start, end);
    this.windows.set(start, window);
    return window;
  }

  /** Adds a pane that comes from a snapshot, after the windows: those of its windows that are not there were evicted. */
  adoptPane(pane: Pane): void {
    this.panes.set(pane.span.start, pane);
    for (const start of pane.span.starts) this.windows.get(start)?.panes.push(pane);
  }

  window(start: number, end: number): WindowState {
    let window = this.windows.get(start);
    if (window === undefined) {
      check(end > this.evictedEnd, 'a row for a window that was evicted is too late');
      window = newWindow(start, end);
      window.gap = this.gaps.touches(start, end);
      this.windows.set(start, window);
    }
    return window;
  }

  lateTable(window: WindowState): GroupTable {
    window.late ??= this.#newTable({});
    return window.late;
  }

  /** Of all tables, and of the arrays that wait for the next one. */
  get memoryBytes(): number {
    let bytes = this.#spare?.bytes ?? 0;
    for (const table of this.tables()) bytes += table.memoryBytes;
    return bytes;
  }

  dropSpare(): void {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare === undefined) return;
    freeArrays(spare.cells, spare.changed, spare.keyStarts, spare.keyBytes);
  }

  /** To be called now and then: drops arrays that no table has taken since the last time. */
  ageSpare(): void {
    if (this.#isSpareOld) this.dropSpare();
    this.#isSpareOld = this.#spare !== undefined;
  }

  *tables(): Iterable<GroupTable> {
    for (const { table } of this.panes.values()) yield table;
    for (const { late } of this.windows.values()) if (late !== null) yield late;
  }

  /** Completes the windows that end at or before the watermark. */
  complete(watermark: number): void {
    for (const window of this.windows.values()) {
      if (window.end <= watermark) completeWindow(window, false);
    }
  }

  /** Completes all windows because the input is at its end; corrections do not wait for updates any more. */
  completeAll(): void {
    for (const window of this.windows.values()) {
      completeWindow(window, true);
      window.completionPending ||= changedMax(window) > window.emitted;
    }
  }

  /** All rows of the windows must be written again, with the flag. */
  flag(affected: Iterable<WindowState>, flag: 'truncated' | 'gap'): void {
    for (const window of affected) {
      if (window[flag]) continue;
      window[flag] = true;
      window.emitted = 0;
      window.acked = 0;
      window.ackedComplete = 0;
      window.completionPending = window.complete;
      window.pass = null;
      window.resets++;
    }
  }

  /** Flags the windows that a gap may have taken rows from. */
  flagGaps(): void {
    const touched = [...this.windows.values()].filter(({ start, end }) => {
      return this.gaps.touches(start, end);
    });
    this.flag(touched, 'gap');
  }

  /** Forgets windows that can get no more rows and whose rows are all acked, complete. */
  evict(watermark: number, allowedMs: number): void {
    for (const window of this.windows.values()) {
      if (window.end + allowedMs > watermark || !isSettled(window)) continue;
      this.windows.delete(window.start);
      this.evictedEnd = Math.max(this.evictedEnd, window.end);
      this.#budget.groups -= window.late?.count ?? 0;
      window.late?.giveBack(null);
      window.late = null;
      for (const pane of window.panes) {
        if (pane.span.starts.some((start) => this.windows.has(start))) continue;
        if (!this.panes.delete(pane.span.start)) continue;
        this.#retire(pane.table);
      }
    }
  }

  #retire(table: GroupTable): void {
    const { count, keyBytesUsed } = table;
    this.#budget.groups -= count;
    if (this.#newest === table) this.#newest = { count, keyBytesUsed };
    const spare = table.spare();
    const isKept = spare !== null && spare.touched >= (this.#spare?.touched ?? 0);
    table.giveBack(isKept ? spare : null);
    if (!isKept) return;
    this.dropSpare();
    this.#spare = spare;
    this.#isSpareOld = false;
  }
}

export function newWindow(start: number, end: number): WindowState {
  return {
    start,
    end,
    panes: [],
    late: null,
    complete: false,
    provisional: false,
    completionPending: false,
    emitted: 0,
    acked: 0,
    ackedComplete: 0,
    truncated: false,
    gap: false,
    pass: null,
    resets: 0,
  };
}

function completeWindow(window: WindowState, provisional: boolean): void {
  if (window.complete) {
    window.provisional &&= provisional;
    return;
  }
  window.complete = true;
  window.provisional = provisional;
  window.completionPending = true;
  // Every row is written once more, as complete, but for those that a start before this one did.
  window.emitted = window.ackedComplete;
  window.acked = window.ackedComplete;
  window.pass = null;
  window.resets++;
}

/** Round of the window's last change. */
export function changedMax({ panes, late }: WindowState): number {
  let max = late?.changedMax ?? 0;
  for (const { table } of panes) max = Math.max(max, table.changedMax);
  return max;
}

/** Whether the sinks have all rows of the window as they are, complete. */
function isSettled(window: WindowState): boolean {
  return (
    window.complete &&
    !window.completionPending &&
    window.pass === null &&
    window.acked >= changedMax(window)
  );
}
