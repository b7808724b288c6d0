import { defineErrors } from '../../runtime/errors.ts';

export const explainError = defineErrors({
  LA_EXPLAIN_USAGE: {
    message: 'Which view?',
    remedy: 'Run `la explain VIEW [DIR]`. Views here: {known}.',
    exit: 2,
  },
  LA_EXPLAIN_UNKNOWN_VIEW: {
    message: 'There is no view "{view}" in {dir}.{suggestion}',
    remedy: 'Views there: {known}.',
    exit: 2,
  },
  LA_EXPLAIN_NO_SAMPLE: {
    message: 'The sample {path} cannot be read: {reason}',
    remedy: 'Name a file of records of the stream, one JSON object a line, plain or .gz.',
    exit: 2,
  },
});
