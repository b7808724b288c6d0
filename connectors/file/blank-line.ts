const [SPACE, TAB, RETURN] = [32, 9, 13];

/** Whether bytes [from, to) are white space. */
export function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte !== SPACE && byte !== TAB && byte !== RETURN) return false;
  }
  return true;
}
