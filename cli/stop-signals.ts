/** SIGINT and SIGTERM: the first one asks for an end in good order, the second one ends the process at once. */

export interface StopSignals {
  /** Resolves with the first signal. */
  readonly asked: Promise<NodeJS.Signals>;
  /** Signals do again what they do by themselves. */
  release(): void;
}

const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM'];

export function catchStopSignals(): StopSignals {
  const { promise: asked, resolve } = Promise.withResolvers<NodeJS.Signals>();
  const release = () => {
    for (const each of signals) process.off(each, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    // From here on the next one has the effect of a signal that nobody catches.
    release();
    resolve(signal);
  };
  for (const each of signals) process.on(each, onSignal);
  return { asked, release };
}
