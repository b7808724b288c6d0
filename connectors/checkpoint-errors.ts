import { defineErrors } from '../runtime/errors.ts';

/** Of object stores and coordination, whatever they are kept on. */
export const storeError = defineErrors({
  LA_STORE_FAILED: {
    message: 'the checkpoint store failed to {action} {key}: {reason}',
    remedy: 'Check that the store can be reached and written and has room; it is tried again.',
    retryable: true,
  },
  LA_COORDINATION_FAILED: {
    message: 'the coordination failed to {action} {key}: {reason}',
    remedy: 'Check that it can be reached and written; it is tried again.',
    retryable: true,
  },
  LA_COORDINATION_DAMAGED: {
    message: 'the coordination record {key} is damaged: {reason}',
    remedy:
      'Bring the record back from a backup. Do not delete it: without it the unit would begin anew and lose what it holds.',
  },
});
