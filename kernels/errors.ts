import { defineErrors } from '../runtime/errors.ts';

export const kernelError = defineErrors({
  LA_CODEC_DAMAGED: {
    message: '{bytes} bytes of {codec} data are damaged at byte {at}: {reason}',
    remedy:
      'Read them again; if they stay damaged, the producer or a disk wrote them so: restore them, or skip them.',
  },
  LA_CODEC_TOO_LARGE: {
    message: '{bytes} bytes of {codec} data unpack to more than {bytesMax} bytes',
    remedy: 'Raise the limit of the source, or have the producer write smaller batches.',
  },
});
