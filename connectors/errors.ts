import { defineErrors, LaError } from '../runtime/errors.ts';

export const connectorError = defineErrors({
  LA_FILE_NOT_FOUND: {
    message: 'no file matches {path} in {dir}',
    remedy: 'Check the path of the source: it is relative to the folder of la.json.',
    exit: 2,
  },
  LA_FILE_READ: {
    message: 'the file {path} cannot be read: {reason}',
    remedy: 'Check that the file exists and may be read.',
    retryable: true,
  },
  LA_FILE_CHANGED: {
    message: 'the file {path} was truncated or replaced since its checkpoint: {reason}',
    remedy:
      'Bring the original file back. Where the new contents are meant, give them a new name, or remove the checkpoints of the views that read it.',
  },
  LA_FILE_GZIP: {
    message: 'the file {path} is no whole gzip file: {reason}, after {bytes} decompressed bytes',
    remedy: 'Replace the file by an undamaged copy; the lines before the damage were read.',
  },
  LA_FILE_LOOP_EMPTY: {
    message: 'the file {path} has no record to loop over',
    remedy: 'Use a file with records, or leave out "loop".',
    exit: 2,
  },
  LA_GENERATOR_CHANGED: {
    message: 'the options of the generator changed since its checkpoint: {was} then, {now} now',
    remedy: 'Bring the options back, or remove the checkpoints of the views that read it.',
  },
  LA_OFFSET_PAST_END: {
    message: 'partition {partition} ends at offset {end}, before the checkpoint at {offset}',
    remedy: 'Bring the original data back, or remove the checkpoints of the views that read it.',
  },
  LA_SINK_FILE: {
    message: 'the file {path} cannot be written: {reason}',
    remedy: 'Check that the disk has room and that the file may be written.',
    retryable: true,
  },
  LA_SINK_PATH_SHARED: {
    message: 'the views {first} and {second} would both write to {path}',
    remedy: 'Put {view} into the path of the sink, so that each view has a file of its own.',
    exit: 2,
  },
  LA_SQLITE_FAILED: {
    message: 'the database {path} cannot be used: {reason}',
    remedy:
      'Check that the file may be written, that it is a SQLite database and that the disk has room.',
    retryable: true,
  },
  LA_SQLITE_SCHEMA: {
    message: 'the table {table} in {path} does not fit view {view}: {reason}',
    remedy: 'Rename or drop the table, or give the sink another path: it is then made anew.',
  },
});

/** The text of an unknown error, without its stack. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Coded errors as they are; anything else through `wrap`. */
export const coded = (error: unknown, wrap: (reason: string) => LaError): LaError =>
  error instanceof LaError ? error : wrap(reasonOf(error));
