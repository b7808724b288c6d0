/** Result batches as plain rows. */

import type { Json } from '../../runtime/json.ts';
import type { ResultBatch } from '../../runtime/result-batch.ts';

export interface PlainRow {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly rows: number;
  readonly complete: boolean;
  readonly claim: number;
  readonly truncated: boolean;
  readonly gap: boolean;
  readonly values: readonly Json[];
}

export function rowsOf(batches: readonly ResultBatch[]): PlainRow[] {
  return batches.flatMap((batch) =>
    Array.from({ length: batch.count }, (_, row) => ({
      key: Buffer.from(
        batch.keyBytes.slice(batch.keyStarts[row], batch.keyStarts[row + 1]),
      ).toString(),
      start: batch.windowStart[row]!,
      end: batch.windowEnd[row]!,
      rows: batch.rows[row]!,
      complete: batch.complete[row] === 1,
      claim: batch.claim,
      truncated: batch.truncated[row] === 1,
      gap: batch.gap[row] === 1,
      values: batch.values.map((column) => {
        const value = column[row]!;
        return typeof value === 'number' && Number.isNaN(value) ? null : value;
      }),
    })),
  );
}
