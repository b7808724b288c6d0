/** A chunk's way into the tables: judge its rows, sort them by pane, fold them. */
import type { Chunk } from '../runtime/chunk.ts';
import { check } from '../runtime/errors.ts';
import type { Lane } from '../runtime/lane.ts';
import type { Budget } from './budget.ts';
import { ChunkValues } from './chunk-values.ts';
import type { DeadLetters } from './dead-letters.ts';
import { Folder } from './folding.ts';
import { Judge } from './judge.ts';
import { KeyCodes } from './key-codes.ts';
import { judgeLateness, ORDINALS_MAX, PaneRows, type PartlyLate, type Span } from './lateness.ts';
import type { Partition } from './partitions.ts';
import type { UnitState } from './unit-meta.ts';
import { Verdict } from './verdict.ts';
import type { WindowState } from './windows-state.ts';

export class RowProcessor {
  readonly #state: UnitState;
  readonly #deadLetters: DeadLetters;
  readonly #judge: Judge;
  readonly #paneRows: PaneRows;
  readonly #keyCodes: KeyCodes;
  readonly #budget: Budget;
  #folder: Folder;
  #values: ChunkValues | undefined;
  /** Whether tables may have to find groups by their keys, for which large ones are prepared in pieces. */
  #hasForgotten = true;
  #sorted = new Uint32Array(0);

  constructor(state: UnitState, budget: Budget, deadLetters: DeadLetters) {
    this.#state = state;
    this.#deadLetters = deadLetters;
    this.#judge = new Judge(state.plan);
    this.#paneRows = new PaneRows(state.spans);
    this.#keyCodes = new KeyCodes(state.plan.keys, {
      forget: () => {
        this.#hasForgotten = true;
        for (const table of state.windows.tables()) table.forgetCodes();
      },
      rename: (rename) => {
        for (const table of state.windows.tables()) table.lookup.rename(rename);
      },
    });
    this.#budget = budget;
    this.#folder = new Folder(this.#keyCodes, budget);
  }

  get memoryBytes(): number {
    return this.#keyCodes.memoryBytes;
  }

  bind(lane: Lane, columnIndexes: readonly number[]): void {
    check(lane.options.chunkRows <= ORDINALS_MAX, 'a chunk has at most 65,536 rows');
    this.#values = new ChunkValues(lane, this.#state.plan, columnIndexes);
    this.#keyCodes.rebind();
    // The one before keeps views of the old lane's memory, which is to go back.
    this.#folder = new Folder(this.#keyCodes, this.#budget);
  }

  /** Does a piece, a few tens of milliseconds, of what must be done before the next chunk; whether that was all. */
  prepare(): boolean {
    this.#keyCodes.makeRoom();
    // The one group of a view without keys needs no finding.
    if (!this.#hasForgotten || this.#state.plan.keys.length === 0) return true;
    let areKnown = true;
    for (const table of this.#state.windows.tables()) {
      if (!table.prepareFind(ORDINALS_MAX)) return false;
      areKnown &&= table.isKnown;
    }
    this.#hasForgotten = !areKnown;
    return true;
  }

  /** Takes all rows at or after the partition's next offset and moves it on. */
  process(chunk: Chunk, partition: Partition): void {
    const from = firstRow(chunk, partition.nextOffset);
    const to = chunk.rows;
    if (from < to) this.#take(chunk, partition, from, to);
    partition.nextOffset = chunk.nextOffset;
    partition.fingerprint = null;
  }

  #take(chunk: Chunk, partition: Partition, from: number, to: number): void {
    const values = this.#values;
    check(values !== undefined, 'a unit is bound to a lane before it takes chunks');
    values.load(chunk);
    this.#keyCodes.load(values);
    partition.state = 'active';
    const partly: PartlyLate[] = [];
    const isJudged = this.#judgeRows(values, partition, from, to, partly);
    const { counters, plan, windows } = this.#state;
    counters.read += to - from;
    if (Number.isFinite(chunk.timeMax)) windows.gaps.close(partition.id, chunk.timeMax);
    const kept = isJudged ? this.#tally(chunk, partition, from, to) : to - from;
    counters.folded += kept + partly.length;
    this.#foldPanes(values, from, to, kept, isJudged);
    if (partly.length > 0) this.#foldPartlyLate(values, partly, plan.allowedLatenessMs);
    partition.timeMax = Math.max(partition.timeMax, timeMaxOf(chunk, from, to));
  }

  /** Whether any row is not kept: only then the verdicts tell of the rows. */
  #judgeRows(
    values: ChunkValues,
    partition: Partition,
    from: number,
    to: number,
    partly: PartlyLate[],
  ): boolean {
    const { chunk } = values;
    const { plan, partitions, counters } = this.#state;
    const judge = this.#judge;
    const paneRows = this.#paneRows;
    let isJudged = judge.judge(values, from, to);
    const { time, timeMin, timeMax } = chunk;
    paneRows.assign(time, isJudged ? judge.verdicts : null, { from, to }, { timeMin, timeMax });
    const { spans } = paneRows;
    if (spans.some(({ starts }) => starts.length === 0)) {
      isJudged = judge.clear(from, to, isJudged);
      this.#filterForeign(from, to);
    }
    const watermark = partitions.watermarkOf(partition);
    const reached = Math.max(watermark, timeMax - plan.delayMs);
    // Most chunks end here: no row of theirs can be late.
    if (spans.every(({ firstEnd }) => firstEnd > reached)) return isJudged;
    isJudged = judge.clear(from, to, isJudged);
    counters.late += judgeLateness(
      {
        time,
        verdicts: judge.verdicts,
        from,
        to,
        spans,
        ordinals: paneRows.ordinals,
        watermark,
        delayMs: plan.delayMs,
        allowedMs: plan.allowedLatenessMs,
      },
      partly,
    );
    return isJudged;
  }

  /** Rows none of whose windows is this generation's are not for this unit: filtered. */
  #filterForeign(from: number, to: number): void {
    const { spans, ordinals } = this.#paneRows;
    const { verdicts } = this.#judge;
    for (let row = from; row < to; row++) {
      if (verdicts[row] !== Verdict.KEEP) continue;
      const span = spans[spans.length === 1 ? 0 : ordinals[row]!]!;
      if (span.starts.length === 0) verdicts[row] = Verdict.FILTERED;
    }
  }

  /** Counts the rows that are not kept and writes their dead letters. Returns how many are kept. */
  #tally(chunk: Chunk, partition: Partition, from: number, to: number): number {
    const { counters } = this.#state;
    const { verdicts, reasons } = this.#judge;
    let kept = 0;
    for (let row = from; row < to; row++) {
      const verdict = verdicts[row]!;
      if (verdict === Verdict.KEEP) {
        kept++;
      } else if (verdict === Verdict.FILTERED) {
        counters.filtered++;
      } else if (verdict === Verdict.TOO_LATE) {
        counters.tooLate++;
        this.#deadLetters.add(chunk, partition.id, row, 'too_late');
      } else if (verdict >= Verdict.INVALID) {
        const reason = reasons[verdict - Verdict.INVALID]!;
        counters.addInvalid(reason, 1);
        this.#deadLetters.add(chunk, partition.id, row, reason);
      }
    }
    return kept;
  }

  #foldPanes(values: ChunkValues, from: number, to: number, kept: number, isJudged: boolean): void {
    if (kept === 0) return;
    const { spans } = this.#paneRows;
    if (spans.length === 1 && kept === values.rows) {
      this.#foldPane(values, spans[0]!, null, kept);
      return;
    }
    const ends = this.#sortByPane(from, to, kept, isJudged);
    let start = 0;
    for (let ordinal = 0; ordinal < spans.length; ordinal++) {
      const end = ends[ordinal]!;
      if (end > start) {
        this.#foldPane(values, spans[ordinal]!, this.#sorted.subarray(start, end), end - start);
      }
      start = end;
    }
  }

  /** Lists the kept rows pane by pane in #sorted; returns where each pane's rows end. */
  #sortByPane(from: number, to: number, kept: number, isJudged: boolean): Uint32Array {
    const { spans, ordinals } = this.#paneRows;
    const { verdicts } = this.#judge;
    if (this.#sorted.length < kept) this.#sorted = new Uint32Array(Math.max(kept, to));
    const sorted = this.#sorted;
    const isSingle = spans.length === 1;
    const ends = new Uint32Array(spans.length);
    for (let row = from; row < to; row++) {
      if (!isJudged || verdicts[row] === Verdict.KEEP) ends[isSingle ? 0 : ordinals[row]!]!++;
    }
    let before = 0;
    for (let ordinal = 0; ordinal < ends.length; ordinal++) {
      const rows = ends[ordinal]!;
      ends[ordinal] = before;
      before += rows;
    }
    for (let row = from; row < to; row++) {
      if (isJudged && verdicts[row] !== Verdict.KEEP) continue;
      const ordinal = isSingle ? 0 : ordinals[row]!;
      sorted[ends[ordinal]!++] = row;
    }
    return ends;
  }

  #foldPane(values: ChunkValues, span: Span, rows: Uint32Array | null, count: number): void {
    const { windows, round, counters } = this.#state;
    const { table } = windows.pane(span);
    const overflow = this.#folder.fold(values, table, rows, count, round);
    if (overflow === 0) return;
    counters.overflow += overflow;
    windows.flag(
      span.starts.map((start, index) => windows.window(start, span.ends[index]!)),
      'truncated',
    );
  }

  /** Each row goes to a table of each window that still takes it; the others are counted as missed. */
  #foldPartlyLate(values: ChunkValues, partly: readonly PartlyLate[], allowedMs: number): void {
    const { windows, counters, round } = this.#state;
    const rowsOf = new Map<WindowState, number[]>();
    for (const { row, watermark, span } of partly) {
      for (let index = 0; index < span.starts.length; index++) {
        const end = span.ends[index]!;
        if (end + allowedMs <= watermark) {
          counters.missedWindows++;
          continue;
        }
        const window = windows.window(span.starts[index]!, end);
        const rows = rowsOf.get(window);
        if (rows === undefined) rowsOf.set(window, [row]);
        else rows.push(row);
      }
    }
    const overflowed = new Set<number>();
    for (const [window, rows] of rowsOf) {
      const table = windows.lateTable(window);
      const list = Uint32Array.from(rows);
      const overflow = this.#folder.fold(values, table, list, list.length, round);
      for (const place of this.#folder.overflowed(overflow)) overflowed.add(list[place]!);
      if (overflow > 0) windows.flag([window], 'truncated');
    }
    counters.overflow += overflowed.size;
  }
}

/** First row at or after the offset. */
function firstRow(chunk: Chunk, offset: number): number {
  if (!chunk.sparse) return Math.min(chunk.rows, Math.max(0, offset - chunk.firstOffset));
  let row = 0;
  while (row < chunk.rows && chunk.offsetOf(row) < offset) row++;
  return row;
}

function timeMaxOf(chunk: Chunk, from: number, to: number): number {
  if (from === 0) return chunk.timeMax;
  const { time } = chunk;
  let max = Number.NEGATIVE_INFINITY;
  for (let row = from; row < to; row++) if (time[row]! > max) max = time[row]!;
  return max;
}
