/**
 * Gives the memory of arrays back at once: a garbage collection, which a quiet thread may not have for minutes, would do it some
 * time later. Nobody may hold a view of them any more.
 */
export function freeArrays(...arrays: readonly { readonly buffer: ArrayBufferLike }[]): void {
  for (const { buffer } of arrays) if (buffer instanceof ArrayBuffer) freeBuffers(buffer);
}

export function freeBuffers(...buffers: readonly ArrayBuffer[]): void {
  for (const buffer of buffers) if (!buffer.detached) buffer.transfer(0);
}
