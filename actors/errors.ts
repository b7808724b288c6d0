import { defineErrors } from '../runtime/errors.ts';

export const actorError = defineErrors({
  LA_VIEW_DISABLED: {
    message: 'The view {view} failed {failures} times within 10 minutes and is disabled: {reason}',
    remedy: 'Mend what the reason names and start again: it goes on from its last checkpoint.',
  },
  LA_STREAM_FAILED: {
    message: 'The stream {stream} cannot be read: {reason}',
    remedy: 'Mend what the reason names and start again: its views go on from their checkpoints.',
  },
  LA_NODE_FAILED: {
    message: 'The {thread} thread ended and cannot be replaced: {reason}',
    remedy:
      'Mend what the reason names and start again: all views go on from their last checkpoints.',
  },
});
