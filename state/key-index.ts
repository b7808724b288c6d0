/** Finds groups by the bytes of their keys: open addressing over group numbers, the keys stay where they are. */
const SLOTS_MIN = 64;

/** Where the keys lie: group g is bytes [starts[g], starts[g + 1]). */
export interface Keys {
  readonly keyBytes: Uint8Array;
  readonly keyStarts: Uint32Array;
}

export class KeyIndex {
  /** Group + 1; 0 is free. */
  #slots = new Uint32Array(SLOTS_MIN);
  #mask = SLOTS_MIN - 1;
  #count = 0;

  get memoryBytes(): number {
    return this.#slots.byteLength;
  }

  /** Whether so many groups fit without moving those that are there, which takes long for many. */
  hasRoomFor(count: number): boolean {
    return count * 2 <= this.#slots.length;
  }

  /** Makes room for `count` groups at once. */
  reserve(keys: Keys, count: number): void {
    let size = this.#slots.length;
    while (size < count * 2) size *= 2;
    if (size > this.#slots.length) this.#rehash(keys, size);
  }

  /** The group whose key is bytes [start, end); -1 when there is none. */
  find(keys: Keys, bytes: Uint8Array, start: number, end: number): number {
    const { keyBytes, keyStarts } = keys;
    const length = end - start;
    let slot = hashBytes(bytes, start, end) & this.#mask;
    // Ends: at least half of the slots are free.
    for (;;) {
      const found = this.#slots[slot]!;
      if (found === 0) return -1;
      const at = keyStarts[found - 1]!;
      if (keyStarts[found]! - at === length) {
        let same = 0;
        while (same < length && keyBytes[at + same] === bytes[start + same]) same++;
        if (same === length) return found - 1;
      }
      slot = (slot + 1) & this.#mask;
    }
  }

  /** Adds a group that is not in it. */
  add(keys: Keys, group: number): void {
    if ((this.#count + 1) * 2 > this.#slots.length) this.#rehash(keys, this.#slots.length * 2);
    this.#put(keys, group);
    this.#count++;
  }

  #put({ keyBytes, keyStarts }: Keys, group: number): void {
    let slot = hashBytes(keyBytes, keyStarts[group]!, keyStarts[group + 1]!) & this.#mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = group + 1;
  }

  #rehash(keys: Keys, size: number): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(size);
    this.#mask = size - 1;
    for (const found of old) if (found !== 0) this.#put(keys, found - 1);
  }
}

/** Within one process only: never stored. */
function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 ^ (end - start);
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
