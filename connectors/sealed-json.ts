/** JSON texts that carry their own checksum, so that a flipped bit is never read as a value. */
import { createHash } from 'node:crypto';

const SEAL = /,?"checksum":"([0-9a-f]{64})"\}\n?$/;
const SEAL_LENGTH = ',"checksum":""}\n'.length + 64;

export class SealBroken extends Error {
  readonly expected: string;
  readonly got: string;

  constructor(expected: string, got: string) {
    super(`its checksum is ${got}, expected ${expected}`);
    this.expected = expected;
    this.got = got;
  }
}

const checksumOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The object's JSON with a last member `checksum`: the SHA-256 of the JSON without it. */
export function seal(value: object): string {
  const text = JSON.stringify(value);
  const comma = text === '{}' ? '' : ',';
  return `${text.slice(0, -1)}${comma}"checksum":"${checksumOf(text)}"}\n`;
}

/** The value as it was sealed, without the checksum; throws SealBroken. */
export function unseal(text: string): unknown {
  const tail = SEAL.exec(text.slice(-SEAL_LENGTH));
  if (tail === null) throw new SealBroken('a checksum at the end', 'none');
  const [end, checksum] = tail;
  const body = `${text.slice(0, -end.length)}}`;
  const got = checksumOf(body);
  if (got !== checksum) throw new SealBroken(checksum!, got);
  return JSON.parse(body);
}
