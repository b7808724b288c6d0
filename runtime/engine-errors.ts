/** Errors of actors and threads. */
import { defineErrors } from './errors.ts';

export const engineError = defineErrors({
  LA_ASK_TIMEOUT: {
    message: 'Actor "{actor}" did not answer within {timeoutMs} ms',
    remedy: 'See whether its thread is overloaded or waits for a service that is down.',
    retryable: true,
  },
  LA_ACTOR_ENDED: {
    message: 'Actor "{actor}" has ended ({reason})',
    remedy: 'Its own failure, logged before this, tells why.',
    retryable: true,
  },
  LA_MAILBOX_FULL: {
    message: 'The mailbox of actor "{actor}" is full ({messagesMax} messages)',
    remedy: 'The sender is faster than the actor: wait for its answers before sending more.',
    retryable: true,
  },
  LA_THREAD_EXITED: {
    message: 'Thread "{thread}" exited with code {exitCode}',
    remedy: 'Look for process.exit in code that runs on it.',
  },
  LA_THREAD_OUT_OF_MEMORY: {
    message: 'Thread "{thread}" ran out of heap ({heapMiB} MiB)',
    remedy: 'Lower the limits of the view in work, or give the thread more heap.',
  },
  LA_THREAD_HUNG: {
    message:
      'Thread "{thread}" was terminated: {cpuMs} ms of CPU and {wallMs} ms of time in one piece of work',
    remedy: 'The view in work loops or is far too slow per chunk; see its derive and filter.',
  },
});
