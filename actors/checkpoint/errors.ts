import { defineErrors } from '../../runtime/errors.ts';

export const checkpointError = defineErrors({
  LA_CHECKPOINT_UNUSABLE: {
    message: 'no checkpoint of {unit} can be used: {damages}',
    remedy:
      'See `la checkpoint verify`. Bring the named objects back from a backup or a bucket version; to give the state up, register the view anew, which starts a new generation.',
  },
  LA_CHECKPOINT_POINTER_LOST: {
    message:
      '{unit} has checkpoints up to {manifest}, but the coordination knows of none: it was reset, or it is the wrong one',
    remedy:
      'Use the coordination that the checkpoints were made with. To begin anew on purpose, move the checkpoints of the unit away.',
  },
  LA_CHECKPOINT_FORMAT: {
    message: '{object} has format {got}; this version reads up to {supported}',
    remedy: 'It was written by a newer version: run that one, or a newer one still.',
  },
  LA_CHECKPOINT_TAKEN: {
    message: '{object} exists already with other contents, written by somebody with the same claim',
    remedy:
      'Two clusters share one checkpoint store, or the coordination was reset: give each cluster a place of its own.',
  },
  LA_CHECKPOINT_FENCED: {
    message: 'a later start of {unit} has taken over from claim {claim}',
    remedy: 'Nothing to do: the later one goes on.',
  },
  LA_GENERATIONS_DAMAGED: {
    message: 'the registry record of view {view} cannot be read: {reason}',
    remedy: 'Bring the record back from a backup of the coordination.',
  },
});
