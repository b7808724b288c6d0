import type { ErrorData } from '../runtime/errors.ts';
import type { CheckpointAlarm } from './checkpoint/checkpointer.ts';

export type EngineAlarm =
  | CheckpointAlarm
  /** A generation that was replaced cannot complete its last windows now, because its stream cannot be read: it waits. */
  | { readonly type: 'stranded'; readonly unit: string; readonly error: ErrorData };
