/** What DESIGN §5 says the result of a log is, written down as plainly as can be. */

export interface LogRow {
  readonly time: number;
  readonly key: string;
  readonly x: number;
  /** Judged before lateness. */
  readonly fate?: 'unreadable' | 'wrong_type' | 'filtered';
}

export interface Rules {
  readonly sizeMs: number;
  readonly hopMs: number;
  readonly delayMs: number;
  readonly allowedMs: number;
}

/** A committed floor: it judges the rows of the partition from the offset on. */
export interface Floor {
  readonly partition: number;
  readonly offset: number;
  readonly floor: number;
}

export interface Truth {
  /** Rows of each window and key, named `start key`. */
  readonly windows: Map<string, LogRow[]>;
  /** `partition offset reason` of each row that no window took. */
  readonly letters: Set<string>;
  folded: number;
  filtered: number;
  tooLate: number;
  invalid: number;
  missedWindows: number;
}

export function windowsOf(time: number, { sizeMs, hopMs }: Rules): number[] {
  const newest = Math.floor(time / hopMs) * hopMs;
  const starts: number[] = [];
  for (let start = newest - sizeMs + hopMs; start <= newest; start += hopMs) starts.push(start);
  return starts;
}

export function truthOf(
  logs: readonly (readonly LogRow[])[],
  floors: readonly Floor[],
  rules: Rules,
): Truth {
  const truth: Truth = {
    windows: new Map(),
    letters: new Set(),
    folded: 0,
    filtered: 0,
    tooLate: 0,
    invalid: 0,
    missedWindows: 0,
  };
  for (const [partition, log] of logs.entries()) {
    let timeMax = Number.NEGATIVE_INFINITY;
    for (const [offset, row] of log.entries()) {
      const held = floors.filter(
        (floor) => floor.partition === partition && floor.offset <= offset,
      );
      const watermark = Math.max(timeMax - rules.delayMs, ...held.map(({ floor }) => floor));
      judge(truth, row, `${partition} ${offset}`, watermark, rules);
      if (row.fate !== 'unreadable') timeMax = Math.max(timeMax, row.time);
    }
  }
  return truth;
}

function judge(truth: Truth, row: LogRow, place: string, watermark: number, rules: Rules): void {
  if (row.fate === 'unreadable' || row.fate === 'wrong_type') {
    truth.invalid++;
    truth.letters.add(`${place} ${row.fate === 'unreadable' ? 'time_unreadable' : 'wrong_type:x'}`);
    return;
  }
  if (row.fate === 'filtered') {
    truth.filtered++;
    return;
  }
  const starts = windowsOf(row.time, rules);
  const taking = starts.filter((start) => start + rules.sizeMs + rules.allowedMs > watermark);
  if (taking.length === 0) {
    truth.tooLate++;
    truth.letters.add(`${place} too_late`);
    return;
  }
  truth.folded++;
  truth.missedWindows += starts.length - taking.length;
  for (const start of taking) {
    const name = `${start} ${row.key}`;
    const rows = truth.windows.get(name);
    if (rows === undefined) truth.windows.set(name, [row]);
    else rows.push(row);
  }
}

/** Small, fast, seeded. */
export function randomOf(seed: number) {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  /** A whole number in [from, to]. */
  const integer = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const pick = <T>(list: readonly T[]): T => list[integer(0, list.length - 1)]!;
  return { next, integer, pick, chance: (share: number) => next() < share };
}
export type Random = ReturnType<typeof randomOf>;

export function randomRules(random: Random): Rules {
  const hopMs = random.pick([4, 6]);
  return {
    hopMs,
    sizeMs: hopMs * random.pick([1, 1, 2, 3]),
    delayMs: random.integer(0, 4),
    allowedMs: random.integer(0, 6),
  };
}

export function randomLogs(random: Random, rowsMax: number, fates = false): LogRow[][] {
  return Array.from({ length: random.integer(1, 3) }, () => {
    let time = 0;
    return Array.from({ length: random.integer(0, rowsMax) }, () => {
      time += random.integer(0, 3);
      const row = {
        time: Math.max(0, time - random.pick([0, 0, 0, 1, 3, 8, 12])),
        key: random.pick(['a', 'b', 'c']),
        x: random.integer(1, 9),
      };
      const fate = random.pick(['unreadable', 'wrong_type', 'filtered'] as const);
      return fates && random.chance(0.15) ? { ...row, fate } : row;
    });
  });
}
