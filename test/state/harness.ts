/** A unit with one lane around it, and short ways to feed it and to see what it writes. */
import type { PartitionPosition, RestoredState, Snapshot } from '../../runtime/snapshot.ts';
import type { EmissionOptions } from '../../state/emission.ts';
import type { Cutover } from '../../state/lateness.ts';
import { Unit } from '../../state/unit.ts';
import { count } from '../../views/aggregations/count.ts';
import { sum } from '../../views/aggregations/sum.ts';
import type { Evaluator, ExpressionValues, RowBatch, ViewPlan } from '../../views/plan.ts';
import { applySnapshot } from './apply-snapshot.ts';
import { Feed, type FeedRow } from './feed.ts';
import { type PlanOptions, planOf } from './plans.ts';
import { type PlainRow, rowsOf } from './rows.ts';

/** Rows and sum of x by k, in windows of 10 ms. */
export const sums: PlanOptions = {
  keys: ['k'],
  aggregations: [
    { name: 'n', definition: count },
    { name: 's', definition: sum, inputs: { x: 'f64:x' } },
  ],
};

/** Buffers as they come back: too large, and full of something. */
const soiled = { take: (bytes: number) => new Uint8Array(bytes + 40).fill(0xa5).buffer };

export interface HarnessOptions {
  readonly partitions?: number;
  readonly start?: readonly PartitionPosition[] | RestoredState;
  readonly cutover?: Cutover;
  readonly claim?: number;
}

export const at = (time: number | null, k: FeedRow['values'] | string = 'a', x = 1): FeedRow => ({
  time,
  values: typeof k === 'string' ? { k, x } : (k ?? {}),
});

export class Harness {
  readonly plan: ViewPlan;
  readonly unit: Unit;
  readonly feed: Feed;
  restored: RestoredState | null = null;

  constructor(plan: PlanOptions | ViewPlan, options: HarnessOptions = {}) {
    this.plan = 'window' in plan ? plan : planOf(plan);
    const { partitions = 1, cutover = { from: null, until: null }, claim = 1 } = options;
    this.unit = new Unit({
      plan: this.plan,
      generation: 8,
      claim,
      cutover,
      start: options.start ?? [],
      buffers: soiled,
    });
    this.feed = new Feed(this.plan.columns);
    this.unit.bind(this.feed.lane);
    for (let index = 0; index < partitions; index++) this.unit.partition(index, `p${index}`);
  }

  /** Feeds the next rows of a partition. */
  rows(partition: number, ...rows: FeedRow[]): 'done' | 'blocked' {
    while (!this.unit.prepare());
    return this.unit.process(this.feed.chunk(partition, this.unit.nextOffset(partition), rows));
  }

  emit(options: EmissionOptions = { updates: true }): PlainRow[] {
    return rowsOf(this.unit.emit(options));
  }

  /** Emits and acks at once. */
  flush(options: EmissionOptions = { updates: true }): PlainRow[] {
    const batches = this.unit.emit(options);
    for (const { batch } of batches) this.unit.acked(batch);
    return rowsOf(batches);
  }

  freeze(full = this.restored === null): Snapshot {
    this.unit.takeDeadLetters();
    const snapshot = this.unit.freeze(full);
    this.restored = applySnapshot(this.restored, snapshot);
    return snapshot;
  }

  commit(): void {
    this.freeze();
    this.unit.snapshotCommitted();
  }

  /** Another start of the unit, from its last freeze. */
  restart(options: HarnessOptions & { readonly plan?: PlanOptions } = {}): Harness {
    const { plan = this.plan, ...rest } = options;
    const restarted = new Harness(plan, { start: this.restored!, claim: 2, ...rest });
    restarted.restored = this.restored;
    return restarted;
  }
}

/** What tests compare of a row. */
export const short = ({ key, start, rows, complete, values }: PlainRow) =>
  `${key}@${start} ${rows} ${complete ? 'complete' : 'open'} ${JSON.stringify(values)}`;

/** An evaluator from a function of the row's index. */
export function evaluatorOf(
  type: ExpressionValues['type'],
  value: (batch: RowBatch, row: number) => number | string | null,
): Evaluator {
  const texts = new Map<string, number>();
  const entries = {
    bytes: new Uint8Array(4096),
    starts: new Uint32Array(256),
    lengths: new Uint32Array(256),
  };
  let end = 0;
  const intern = (text: string) => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    const code = texts.size + 1;
    texts.set(text, code);
    const bytes = new TextEncoder().encode(text);
    entries.bytes.set(bytes, end);
    entries.starts[code] = end;
    entries.lengths[code] = bytes.length;
    end += bytes.length;
    return code;
  };
  return {
    type,
    evaluate(batch) {
      const numbers = new Float64Array(batch.rows);
      const nulls = new Uint8Array(batch.rows);
      const codes = new Uint32Array(batch.rows);
      for (let row = 0; row < batch.rows; row++) {
        const found = value(batch, row);
        if (found === null) nulls[row] = 1;
        // Where null, the rest is anything.
        numbers[row] = typeof found === 'number' ? found : 77;
        codes[row] = typeof found === 'string' ? intern(found) : 1;
      }
      return { type, numbers, nulls, codes, texts: entries, textEpoch: 1 };
    },
  };
}
