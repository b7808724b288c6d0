import { defineErrors } from '../../runtime/errors.ts';

export const initError = defineErrors({
  LA_INIT_USAGE: {
    message: 'Which {what}?',
    remedy: 'Run `la init DIR --from FILE`, with a file of one JSON object a line.',
    exit: 2,
  },
  LA_INIT_SCHEME: {
    message: 'Reading from {scheme}:// is not available in this version.',
    remedy: 'Save some records to a file, one JSON object a line, and use `--from FILE`.',
    exit: 2,
  },
  LA_INIT_NO_FILE: {
    message: 'The file {path} cannot be read: {reason}',
    remedy: 'Name a file of one JSON object a line, plain or .gz.',
    exit: 2,
  },
  LA_INIT_EMPTY: {
    message: 'There is no record in {path}.',
    remedy: 'Name a file with at least one JSON object.',
    exit: 2,
  },
  LA_INIT_NOT_JSON: {
    message:
      'Line {line} of {path} is not a JSON object: {problem} ({bad} of {lines} lines are not.)',
    remedy: '{hint}',
    exit: 2,
  },
  LA_INIT_NO_EVENT_TIME: {
    message: 'No column of {path} looks like the time of an event.',
    remedy:
      'Name it with --event-time COLUMN: epoch s, ms, us or ns between 2000 and 2100, or ISO 8601 with Z or an offset. {columns}',
    exit: 2,
  },
  LA_INIT_BAD_EVENT_TIME: {
    message: 'The column "{column}" cannot be the event time: {problem}',
    remedy: 'Name a column of epoch s, ms, us or ns, or of ISO 8601 with Z or an offset. {columns}',
    exit: 2,
  },
  LA_INIT_NOT_EMPTY: {
    message: 'The folder {dir} is not empty: it holds {found}.',
    remedy: 'Name a new folder, or use --force to write the files of the project into this one.',
    exit: 2,
  },
  LA_INIT_WRITE: {
    message: 'The project cannot be written to {dir}: {reason}',
    remedy: 'Check that the folder may be written and that the disk has room.',
  },
});
