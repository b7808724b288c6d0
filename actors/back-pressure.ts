/** How much a unit may have on its way to the sinks before it takes no further chunk. */
import type { Unit } from '../state/unit.ts';

/** Result batches on their way at most. */
const BATCHES_MAX = 64;
/** And bytes of them: they are memory beyond the view's own. */
const BATCH_BYTES_MAX = 4 * 1024 * 1024;
export const LETTER_BATCHES_MAX = 64;

export function isFull({
  pendingBatches,
  pendingBytes,
}: Pick<Unit, 'pendingBatches' | 'pendingBytes'>): boolean {
  return pendingBatches >= BATCHES_MAX || pendingBytes >= BATCH_BYTES_MAX;
}
