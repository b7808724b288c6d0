import type { ActorRef } from '../runtime/actor.ts';
import { errorFromData } from '../runtime/errors.ts';
import type { ReaderAnswer, ReaderMessage } from './messages.ts';

/** Asks the reader; an answer that something failed is thrown. */
export async function askReader(
  reader: ActorRef<ReaderMessage, ReaderAnswer>,
  message: ReaderMessage,
  timeoutMs: number,
): Promise<Exclude<ReaderAnswer, { type: 'failed' }>> {
  const answer = await reader.ask(message, { timeoutMs });
  if (answer.type === 'failed') throw errorFromData(answer.error);
  return answer;
}
