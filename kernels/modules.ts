/** The compiled kernels (kernels/c/, built by `npm run kernels`), loaded once a thread and instantiated over a memory. */
import { readFileSync } from 'node:fs';

const loaded = new Map<string, WebAssembly.Module>();

/** `LA_KERNELS=off` leaves everything to the TypeScript twins: for tests, and to tell a kernel's fault from another. */
export const kernelsOn = process.env.LA_KERNELS !== 'off';

/** An instance of kernels/wasm/`name`.wasm whose statics and stack lie at the bottom of the memory. */
export function instantiate(
  name: string,
  memory: WebAssembly.Memory,
): Readonly<Record<string, unknown>> {
  let module = loaded.get(name);
  if (module === undefined) {
    module = new WebAssembly.Module(readFileSync(new URL(`wasm/${name}.wasm`, import.meta.url)));
    loaded.set(name, module);
  }
  return new WebAssembly.Instance(module, { env: { memory } }).exports;
}
