/** The I/O thread's host: opens sinks and stores once, and makes the outlet of every unit of the node. */
import type { Coordination, DeadLetterSink, Sink } from '../connectors/contract.ts';
import { deadLetters, sinks } from '../connectors/registry.ts';
import type { ActorRef, Behaviour } from '../runtime/actor.ts';
import type { ActorSystem } from '../runtime/actor-system.ts';
import { check, errorToData } from '../runtime/errors.ts';
import type { Random } from '../runtime/random.ts';
import type { ResultSchema } from '../runtime/result-batch.ts';
import type { PartitionPosition } from '../runtime/snapshot.ts';
import { type AggregationRegistry, compileView } from '../views/compile.ts';
import type { ProjectSpec } from '../views/spec.ts';
import { askReader } from './ask-reader.ts';
import type { CheckpointerOptions } from './checkpoint/checkpointer.ts';
import { changeGenerations, finishDraining } from './checkpoint/generations.ts';
import { registerView } from './generation-registry.ts';
import {
  type ClaimedUnitMessage,
  type EngineMessage,
  type IoAnswer,
  type IoMessage,
  type OutletAnswer,
  type OutletMessage,
  outletName,
  type ReaderAnswer,
  type ReaderMessage,
  taskName,
  type UnitSpec,
} from './messages.ts';
import { UnitOutlet } from './unit-outlet.ts';

const FINGERPRINT_TIMEOUT_MS = 30_000;

export interface IoHostOptions {
  readonly projectDir: string;
  readonly system: ActorSystem;
  readonly random: Random;
  readonly aggregations: AggregationRegistry;
  readonly coordination: Coordination;
  readonly checkpoints: Omit<CheckpointerOptions, 'alarm' | 'clock' | 'random' | 'coordination'>;
  readonly engine: ActorRef<EngineMessage>;
  readonly reader: () => ActorRef<ReaderMessage, ReaderAnswer>;
  /** The actor of a unit on the aggregator thread of this number. */
  readonly unitActor: (aggregator: number, unit: string) => ActorRef<ClaimedUnitMessage>;
}

export class IoHost implements Behaviour<IoMessage, IoAnswer> {
  readonly #options: IoHostOptions;
  readonly #outlets = new Map<string, ActorRef<OutletMessage, OutletAnswer>>();
  readonly #sinks = new Map<string, Promise<Sink>>();
  /** Sinks are opened and prepared one after the other. */
  readonly #preparing = new Map<string, Promise<unknown>>();
  #deadLetters: Promise<DeadLetterSink> | undefined;
  #project: ProjectSpec | undefined;

  constructor(options: IoHostOptions) {
    this.#options = options;
  }

  async receive(message: IoMessage): Promise<IoAnswer> {
    switch (message.type) {
      case 'register':
        return { type: 'units', units: await this.#register(message.project) };
      case 'start-outlet':
        await this.#stopOutlet(message.spec.unit);
        this.#startOutlet(message.spec, message.aggregator);
        break;
      case 'stop-outlet':
        await this.#stopOutlet(message.unit);
        break;
      case 'drained':
        await changeGenerations(this.#options.coordination, message.view, (record) => {
          check(record !== null, 'a draining generation has a record');
          return finishDraining(record, message.generation);
        });
    }
    return { type: 'done' };
  }

  async stopped(): Promise<void> {
    for (const unit of [...this.#outlets.keys()]) await this.#stopOutlet(unit);
    for (const sink of this.#sinks.values()) await (await sink.catch(() => null))?.close();
    await (await this.#deadLetters?.catch(() => null))?.close();
    await this.#options.coordination.close();
  }

  async #register(project: ProjectSpec): Promise<UnitSpec[]> {
    this.#project = project;
    const { coordination, checkpoints, aggregations } = this.#options;
    const units: UnitSpec[] = [];
    for (const view of project.views) {
      const stream = project.streams[view.stream];
      check(stream !== undefined, 'a linted view names a stream of the project');
      const context = { coordination, ...checkpoints, aggregations };
      units.push(...(await registerView(view, stream, context)));
    }
    return units;
  }

  async #stopOutlet(unit: string): Promise<void> {
    const outlet = this.#outlets.get(unit);
    this.#outlets.delete(unit);
    await outlet?.stop();
  }

  #startOutlet(spec: UnitSpec, aggregator: number): void {
    const { system, random, coordination, checkpoints, engine, unitActor } = this.#options;
    const { clock } = system;
    const { unit } = spec;
    const outlet = system.spawn(
      () =>
        new UnitOutlet({
          spec,
          clock,
          random,
          checkpoints: {
            ...checkpoints,
            clock,
            random,
            coordination,
            alarm: (alarm) => engine.send({ type: 'alarm', alarm }),
          },
          openSinks: () => this.#sinksOf(spec),
          openDeadLetters: () => this.#openDeadLetters(),
          fingerprints: (positions) => this.#fingerprints(spec, positions),
          tell: (claim, message) => {
            const buffers = 'buffers' in message ? message.buffers : [];
            unitActor(aggregator, unit).send({ claim, message }, buffers);
          },
          failed: (claim, cause) => {
            const report = { type: 'failed', error: errorToData(cause) } as const;
            engine.send({ type: 'unit-report', unit, claim, report });
          },
          trouble: (error) => engine.send({ type: 'trouble', unit, error }),
        }),
      { name: outletName(unit) },
    );
    this.#outlets.set(unit, outlet);
  }

  async #fingerprints(
    { stream }: UnitSpec,
    positions: readonly PartitionPosition[],
  ): Promise<readonly PartitionPosition[]> {
    const message = { type: 'fingerprints', task: taskName(stream), positions } as const;
    const answer = await askReader(this.#options.reader(), message, FINGERPRINT_TIMEOUT_MS);
    check(answer.type === 'positions', 'fingerprints are answered by positions');
    return answer.positions;
  }

  /** A draining generation writes where its view writes now. */
  async #sinksOf(spec: UnitSpec): Promise<Sink[]> {
    const current = this.#project?.views.find(({ view }) => view === spec.view.view);
    const plan = compileView(spec.view, spec.stream, this.#options.aggregations);
    const { generation, cutover } = spec;
    const from = cutover.from === null ? {} : { cutoverMs: cutover.from };
    const schema = { ...plan.schema, generation, ...from };
    const opened: Sink[] = [];
    for (const name of (current ?? spec.view).sinks) opened.push(await this.#sink(name, schema));
    return opened;
  }

  #sink(name: string, schema: ResultSchema): Promise<Sink> {
    const prepared = (this.#preparing.get(name) ?? Promise.resolve()).then(async () => {
      let sink = this.#sinks.get(name);
      if (sink === undefined) {
        sink = this.#openSink(name);
        this.#sinks.set(name, sink);
        sink.catch(() => this.#sinks.delete(name));
      }
      await (await sink).prepare(schema);
      return sink;
    });
    this.#preparing.set(
      name,
      prepared.catch(() => undefined),
    );
    return prepared;
  }

  #openSink(name: string): Promise<Sink> {
    const spec = this.#project?.sinks[name];
    check(spec !== undefined, 'a linted view names sinks of the project');
    const { projectDir } = this.#options;
    for (const [type, connector] of Object.entries(sinks)) {
      if (type === spec.type) return connector.open(spec.options, { projectDir });
    }
    check(false, 'a linted sink has a known type');
  }

  #openDeadLetters(): Promise<DeadLetterSink> {
    const spec = this.#project?.deadLetters;
    check(spec !== undefined, 'units are opened after the project was registered');
    const { projectDir } = this.#options;
    if (this.#deadLetters !== undefined) return this.#deadLetters;
    const opening = deadLetters.file.open(spec.options, { projectDir });
    this.#deadLetters = opening;
    opening.catch(() => {
      this.#deadLetters = undefined;
    });
    return opening;
  }
}
