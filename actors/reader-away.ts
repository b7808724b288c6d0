import { LaError } from '../runtime/errors.ts';

const codes: ReadonlySet<string> = new Set(['LA_ACTOR_ENDED', 'LA_STREAM_NOT_OPEN']);

/** For what the reader's successor is asked to do anyway: passes over an error that only says that the reader has died. */
export function unlessReaderAway(error: unknown): void {
  if (!(error instanceof LaError) || !codes.has(error.code)) throw error;
}
