/** Where a simulator gets in between: every operation of the in-memory twins asks before and after it takes effect. */

export interface Operation {
  readonly kind: string;
  readonly key: string;
}

/**
 * A hook may wait (a slow answer), throw (before: the operation failed; after: it took effect and its answer was lost) or
 * never resolve (its caller died there). The effect itself happens at one instant.
 */
export interface FaultHooks {
  before?(operation: Operation): Promise<void>;
  after?(operation: Operation): Promise<void>;
}

export async function withFaults<T>(
  hooks: FaultHooks,
  operation: Operation,
  effect: () => T,
): Promise<T> {
  await hooks.before?.(operation);
  const result = effect();
  await hooks.after?.(operation);
  return result;
}
