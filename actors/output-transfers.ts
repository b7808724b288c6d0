import { batchTransfers } from '../runtime/result-batch.ts';
import { snapshotBuffers } from '../runtime/snapshot.ts';
import type { UnitOutput } from './messages.ts';

/** What goes with a message instead of being copied. */
export function outputTransfers(output: UnitOutput): ArrayBuffer[] {
  if (output.type === 'batch') return batchTransfers(output.batch);
  if (output.type === 'letters') return [];
  return snapshotBuffers(output.snapshot);
}
