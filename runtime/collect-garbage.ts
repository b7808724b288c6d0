/**
 * Has the thread's garbage collected now. Shared memory goes back when the last thread has collected its last view of it, which
 * quiet threads may not do for minutes. Node offers the function behind a flag only, which may be set at any time.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    const gc: unknown = runInNewContext('gc');
    setFlagsFromString('--no-expose-gc');
    collect = typeof gc === 'function' ? () => gc() : () => {};
  }
  // What the first one finds dead and has to finalize, a WebAssembly memory for example, only the second one frees.
  collect();
  collect();
}
