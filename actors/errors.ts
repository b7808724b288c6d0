import { defineErrors } from '../runtime/errors.ts';

/** `{remedy}` is that of the error behind it. */
export const actorError = defineErrors({
  LA_VIEW_DISABLED: {
    message: 'The view {view} failed {failures} times within 10 minutes and is disabled: {reason}',
    remedy: '{remedy} Then start again: it goes on from its last checkpoint.',
  },
  LA_STREAM_FAILED: {
    message: 'The stream {stream} cannot be read: {reason}',
    remedy: '{remedy} Then start again: its views go on from their checkpoints.',
  },
  LA_STREAM_NOT_OPEN: {
    message: 'The reader thread has not opened the stream {stream}.',
    remedy: 'None is needed: it was replaced a moment ago, and is asked again.',
    retryable: true,
  },
  LA_NODE_FAILED: {
    message: 'The {thread} thread ended and cannot be replaced: {reason}',
    remedy: '{remedy} Then start again: all views go on from their last checkpoints.',
  },
});
