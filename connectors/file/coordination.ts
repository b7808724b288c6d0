/**
 * Coordination on files of one machine. Below `units/<unit>/`: `claims/<n>`, made once by whoever gets claim n, and
 * `pointers/<n>.json`, written by claim n alone. The newest pointer is that of the highest claim that has one.
 *
 * Why no acknowledged commit is lost, with any number of processes stopped or slowed at any step:
 * 1. A claim's number is its own. Creation is exclusive, and one made below a higher number (its place was free because old
 *    claims had been removed) is given up before anybody hears of it. The highest claim is never removed.
 * 2. `commit` by n writes pointers/n, then looks for higher claims, and acknowledges only if there is none. So every claim
 *    m > n is made after an acknowledged commit of n was written, and m, which looks for pointers after it was made, finds
 *    that commit or one of a claim between n and m, which by the same argument was built on it.
 * 3. A zombie n that passed the first check and sleeps before it writes, while m > n claims and restores: what it writes
 *    then goes to pointers/n. Once m has a pointer nobody reads pointers/n again. Before that m has written nothing
 *    anywhere: every start commits a pointer under its new claim before its first write. So if m dies and a later claim
 *    finds the zombie's pointer, it goes on with one whole history: the zombie's, not acknowledged but consistent, whose
 *    pack and manifest were durable before it. This is also why nobody may delete the objects of a fenced commit at once.
 * 4. Pointers are looked for by name, from the highest claim down, not by listing their folder: a file that is replaced
 *    while a folder is read may be missed. Claims are only created and removed, so that their listing misses none that
 *    was there before and stays.
 * 5. Claims and pointers below n are removed by n after its first acknowledged commit: by 2 and 3 nobody needs them. A claim
 *    below n that has no pointer is removed by n already when it looks: by 2 it can never acknowledge one any more.
 *
 * Records are `records/<key>/<version>`, made exclusively; old versions stay, because removing one would let a slow writer
 * create it anew and believe that it had replaced the newest. They change rarely.
 */
import { check, LaError } from '../../runtime/errors.ts';
import { storeError } from '../checkpoint-errors.ts';
import type { Claim, Coordination, Pointer } from '../contract.ts';
import { decodePointer, encodePointer } from '../pointer.ts';
import { checkPath, type DurableDirectory, openDurableDirectory } from './durable-directory.ts';

const DIGITS = 16;
const numbered = (value: number): string => String(value).padStart(DIGITS, '0');
const claimsOf = (unit: string): string => `units/${unit}/claims`;
const claimPath = (unit: string, claim: number): string => `${claimsOf(unit)}/${numbered(claim)}`;
const pointerPath = (unit: string, claim: number): string =>
  `units/${unit}/pointers/${numbered(claim)}.json`;

/** On a local file system with hard links, not on a network share: use etcd or S3 there. */
export async function openFileCoordination(root: string): Promise<Coordination> {
  const directory = await attempt('open', root, () => openDurableDirectory(root));
  return new FileCoordination(directory);
}

export class FileCoordination implements Coordination {
  readonly #directory: DurableDirectory;
  /** By unit, a claim that this process made and nobody has heard of: taken when it is tried again. */
  readonly #untold = new Map<string, number>();
  /** Claims of this process after whose first commit the older ones were removed. */
  readonly #swept = new Set<string>();

  constructor(directory: DurableDirectory) {
    this.#directory = directory;
  }

  claim(unit: string): Promise<Claim> {
    checkUnit(unit);
    return attempt('claim', unit, async () => {
      const claim = await this.#takeNumber(unit);
      try {
        return { unit, claim, pointer: await this.#newestPointer(unit, claim) };
      } catch (error) {
        this.#untold.set(unit, claim);
        throw error;
      }
    });
  }

  pointer(unit: string): Promise<Pointer | null> {
    checkUnit(unit);
    return attempt('read', unit, () => this.#newestPointer(unit, null));
  }

  commit({ unit, claim }: Claim, pointer: Pointer): Promise<'committed' | 'fenced'> {
    check(pointer.claim === claim, 'a pointer is committed by the claim that it names');
    return attempt('commit', unit, async () => {
      if ((await this.#highestClaim(unit)) > claim) return 'fenced';
      const text = encodePointer(pointer);
      await this.#directory.replace(pointerPath(unit, claim), Buffer.from(text));
      if ((await this.#highestClaim(unit)) > claim) return 'fenced';
      await this.#sweep(unit, claim);
      return 'committed';
    });
  }

  get(key: string): Promise<{ value: string; version: number } | undefined> {
    checkPath(key);
    return attempt('read', key, async () => {
      const version = await this.#newestVersion(key);
      if (version === 0) return undefined;
      const bytes = await this.#directory.read(recordPath(key, version));
      check(bytes !== undefined, 'versions of a record are never removed');
      return { value: Buffer.from(bytes).toString(), version };
    });
  }

  put(key: string, value: string, version: number | null): Promise<'written' | 'conflict'> {
    checkPath(key);
    return attempt('write', key, async () => {
      const before = version ?? 0;
      if ((await this.#newestVersion(key)) !== before) return 'conflict';
      const path = recordPath(key, before + 1);
      const outcome = await this.#directory.create(path, Buffer.from(value));
      return outcome === 'created' ? 'written' : 'conflict';
    });
  }

  units(): Promise<string[]> {
    return attempt('list', 'units', async () => {
      const paths = await this.#directory.list('units');
      return [...new Set(paths.map((path) => path.split('/')[1]!))].sort();
    });
  }

  async close(): Promise<void> {}

  async #takeNumber(unit: string): Promise<number> {
    for (;;) {
      const highest = await this.#highestClaim(unit);
      if (highest > 0 && this.#untold.get(unit) === highest) {
        this.#untold.delete(unit);
        return highest;
      }
      const claim = highest + 1;
      const outcome = await this.#directory.create(claimPath(unit, claim), new Uint8Array(0));
      if (outcome === 'created') this.#untold.set(unit, claim);
    }
  }

  async #claims(unit: string): Promise<number[]> {
    const paths = await this.#directory.list(claimsOf(unit));
    return paths.map((path) => Number(path.slice(-DIGITS)));
  }

  async #highestClaim(unit: string): Promise<number> {
    return (await this.#claims(unit)).at(-1) ?? 0;
  }

  /** `own` is the claim that asks; null for an onlooker, who changes nothing. */
  async #newestPointer(unit: string, own: number | null): Promise<Pointer | null> {
    for (;;) {
      const found = await this.#lookForPointer(unit, own);
      if (found !== 'again') return found;
    }
  }

  /**
   * A pointer that is missing because it was swept has lost its claim before: then a higher claim has one, and we look
   * again. Lower claims that never got a pointer are dropped on the way, so that a start that is tried again goes on where
   * it failed, however many there are.
   */
  async #lookForPointer(unit: string, own: number | null): Promise<Pointer | null | 'again'> {
    const others = (await this.#claims(unit)).filter((claim) => claim !== own).reverse();
    const higher: number[] = [];
    for (const claim of others) {
      const path = pointerPath(unit, claim);
      const bytes = await this.#directory.read(path);
      if (bytes !== undefined) return decodePointer(Buffer.from(bytes).toString(), path);
      if (own === null || claim > own) higher.push(claim);
      else if ((await this.#claims(unit)).includes(claim)) {
        await this.#directory.remove(claimPath(unit, claim));
      } else return 'again';
    }
    const left = new Set(await this.#claims(unit));
    return higher.every((claim) => left.has(claim)) ? null : 'again';
  }

  /** Claims before pointers: see #newestPointer. */
  async #sweep(unit: string, claim: number): Promise<void> {
    const own = claimPath(unit, claim);
    if (this.#swept.has(own)) return;
    this.#swept.add(own);
    try {
      const claims = await this.#directory.list(claimsOf(unit));
      const pointers = await this.#directory.list(`units/${unit}/pointers`);
      const older = (limit: string) => (path: string) => path < limit;
      for (const path of claims.filter(older(own))) await this.#directory.remove(path);
      const stale = pointers.filter(older(pointerPath(unit, claim)));
      for (const path of stale) await this.#directory.remove(path);
    } catch {
      // What stays is never read: the next claim removes it.
    }
  }

  async #newestVersion(key: string): Promise<number> {
    const folder = `records/${key}`;
    const paths = await this.#directory.list(folder);
    const versions = paths.filter((path) => path.length === folder.length + 1 + DIGITS);
    return Number(versions.at(-1)?.slice(-DIGITS) ?? 0);
  }
}

const recordPath = (key: string, version: number): string => `records/${key}/${numbered(version)}`;

function checkUnit(unit: string): void {
  checkPath(unit);
  check(!unit.includes('/'), 'the name of a unit is one part of a path');
}

async function attempt<T>(action: string, key: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LaError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw storeError('LA_COORDINATION_FAILED', { action, key, reason }, error);
  }
}
