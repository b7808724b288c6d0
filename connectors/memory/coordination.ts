import { check } from '../../runtime/errors.ts';
import type { Claim, Coordination, Pointer } from '../contract.ts';
import { type FaultHooks, withFaults } from './faults.ts';

/** What a coordination holds; shared by the twins of several processes. */
export class CoordinationState {
  readonly claims = new Map<string, number>();
  readonly pointers = new Map<string, Pointer>();
  readonly records = new Map<string, { readonly value: string; readonly version: number }>();
}

/** The rules in their simplest form: each operation happens at one instant. */
export class MemoryCoordination implements Coordination {
  readonly #state: CoordinationState;
  readonly #hooks: FaultHooks;

  constructor(state: CoordinationState = new CoordinationState(), hooks: FaultHooks = {}) {
    this.#state = state;
    this.#hooks = hooks;
  }

  claim(unit: string): Promise<Claim> {
    return withFaults(this.#hooks, { kind: 'claim', key: unit }, () => {
      const claim = (this.#state.claims.get(unit) ?? 0) + 1;
      this.#state.claims.set(unit, claim);
      return { unit, claim, pointer: this.#state.pointers.get(unit) ?? null };
    });
  }

  pointer(unit: string): Promise<Pointer | null> {
    return withFaults(
      this.#hooks,
      { kind: 'pointer', key: unit },
      () => this.#state.pointers.get(unit) ?? null,
    );
  }

  commit({ unit, claim }: Claim, pointer: Pointer): Promise<'committed' | 'fenced'> {
    check(pointer.claim === claim, 'a pointer is committed by the claim that it names');
    return withFaults(this.#hooks, { kind: 'commit', key: unit }, () => {
      if ((this.#state.claims.get(unit) ?? 0) > claim) return 'fenced';
      this.#state.pointers.set(unit, structuredClone(pointer));
      return 'committed';
    });
  }

  get(key: string): Promise<{ value: string; version: number } | undefined> {
    return withFaults(this.#hooks, { kind: 'get', key }, () => this.#state.records.get(key));
  }

  put(key: string, value: string, version: number | null): Promise<'written' | 'conflict'> {
    return withFaults(this.#hooks, { kind: 'put', key }, () => {
      const now = this.#state.records.get(key)?.version ?? null;
      if (now !== version) return 'conflict';
      this.#state.records.set(key, { value, version: (now ?? 0) + 1 });
      return 'written';
    });
  }

  units(): Promise<string[]> {
    return withFaults(this.#hooks, { kind: 'units', key: '' }, () =>
      [...this.#state.claims.keys()].sort(),
    );
  }

  async close(): Promise<void> {}
}
