import type { Sink } from '../../connectors/contract.ts';
import type { ResultSchema } from '../../runtime/result-batch.ts';
import { mark } from './marks.ts';

interface Totals {
  readonly names: readonly string[];
  readonly sums: number[];
  result_rows: number;
  /** Input rows behind them. */
  rows: number;
}

/**
 * Where results in columns end that nobody writes down: result rows, the rows behind them and the sum of each column are
 * told at its end, so that they can be held against the exact ones.
 */
export function openCountingSink(): Sink {
  const views = new Map<string, Totals>();
  return {
    async prepare({ view, values }: ResultSchema) {
      if (views.has(view)) return;
      const names = values.map(({ name }) => name);
      const sums = names.map(() => 0);
      views.set(view, { names, sums, result_rows: 0, rows: 0 });
    },
    async write(batch) {
      const totals = views.get(batch.view);
      if (totals === undefined) throw new Error(`${batch.view} was not prepared`);
      const { count, keyStarts, keyBytes, complete } = batch;
      for (let row = 0; row < count; row++) {
        const opens = keyBytes[keyStarts[row]!] === 0x5b;
        const closes = keyBytes[keyStarts[row + 1]! - 1] === 0x5d;
        if (!opens || !closes || complete[row] !== 1) throw new Error('not a complete row');
      }
      totals.result_rows += count;
      totals.rows += sum(batch.rows, count);
      for (const [index, column] of batch.values.entries()) {
        if (!(column instanceof Float64Array))
          throw new Error('results of the workload are numbers');
        totals.sums[index]! += sum(column, count);
      }
      return [];
    },
    async close() {
      for (const [view, { names, sums, result_rows, rows }] of views) {
        const columns = Object.fromEntries(names.map((name, index) => [name, sums[index]]));
        mark('totals', { view, result_rows, rows, sums: columns });
      }
    },
  };
}

function sum(values: Float64Array, count: number): number {
  let total = 0;
  for (let row = 0; row < count; row++) total += values[row]!;
  return total;
}
