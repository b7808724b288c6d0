/** Names that a project may use, made of those in the data. */

/** Letters, digits and `_`, beginning with a letter or `_`; `otherwise` where nothing is left. */
export function nameFrom(text: string, otherwise: string): string {
  const slug = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60);
  if (slug === '') return otherwise;
  return /^[0-9]/.test(slug) ? `_${slug}` : slug;
}

/** Hands out each name once; letter case does not count, as in tables. */
export class UniqueNames {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set([...taken].map((name) => name.toLowerCase()));
  }

  take(wanted: string): string {
    let name = wanted;
    for (let number = 2; this.#taken.has(name.toLowerCase()); number++)
      name = `${wanted}_${number}`;
    this.#taken.add(name.toLowerCase());
    return name;
  }
}
