import { defineErrors } from '../runtime/errors.ts';

export const stateError = defineErrors({
  LA_STATE_FORMAT: {
    message: 'The state of view {view} has format {format}; this version reads format {supported}.',
    remedy: 'Run the version that wrote it, or a later one; or start the view as a new generation.',
  },
  LA_STATE_DAMAGED: {
    message: 'The state of view {view} lacks {bytes} bytes of {region}.',
    remedy: 'Restore an earlier checkpoint: la checkpoint ls, la checkpoint verify.',
  },
});
