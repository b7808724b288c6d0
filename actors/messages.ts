/** What the actors of a node say to each other. Everything is plain data: it crosses threads by structured clone. */
import type { PartitionInfo } from '../connectors/contract.ts';
import type { DeadLetter } from '../runtime/dead-letter.ts';
import type { ErrorData } from '../runtime/errors.ts';
import type { LaneHandle } from '../runtime/lane.ts';
import type { ResultBatch } from '../runtime/result-batch.ts';
import type { PartitionPosition, RestoredState, Snapshot } from '../runtime/snapshot.ts';
import type { ProjectSpec, StreamSpec, ViewSpec } from '../views/spec.ts';
import type { CheckpointAlarm } from './checkpoint/checkpointer.ts';
import type { PeerPort } from './peer.ts';

/** What one generation of a view is: the grain of ownership and of checkpoints. */
export interface UnitSpec {
  /** `view@generation`: names its checkpoints. */
  readonly unit: string;
  readonly view: ViewSpec;
  readonly stream: StreamSpec;
  readonly generation: number;
  /** It owns windows that start at or after `from` and before `until`, epoch ms. */
  readonly cutover: { readonly from: number | null; readonly until: number | null };
}

/** A place on a lane: its memory, the unit's cursor, and the partitions by lane index. */
export interface LaneSeat {
  readonly lane: number;
  readonly handle: LaneHandle;
  readonly consumer: number;
  readonly partitions: readonly { readonly index: number; readonly id: string }[];
}

/** One start of a unit. */
export interface UnitStart {
  readonly spec: UnitSpec;
  /** Line of the board. */
  readonly line: number;
  readonly claim: number;
  readonly wantsFull: boolean;
  /** Whether the end of the bounded stream ends the unit. */
  readonly once: boolean;
}

/** What it begins with: its last checkpoint and a lane. Apart from the start, so that nobody keeps it for longer than that. */
export interface UnitBeginning {
  readonly restored: RestoredState | null;
  readonly positions: readonly PartitionPosition[];
  readonly seat: LaneSeat;
}

/** To a view-aggregator. */
export type UnitMessage =
  | { readonly type: 'partition'; readonly index: number; readonly id: string }
  /** The sinks hold the batch and those before it. `buffers` come back to the thread that sent them: see BufferPool. */
  | { readonly type: 'acked'; readonly batch: number; readonly buffers: readonly ArrayBuffer[] }
  | { readonly type: 'letters-durable'; readonly batch: number }
  | {
      readonly type: 'committed';
      readonly wantsFull: boolean;
      readonly buffers: readonly ArrayBuffer[];
    }
  /** Leave the lane now; answered by `left`. */
  | { readonly type: 'leave' }
  | { readonly type: 'take-seat'; readonly seat: LaneSeat }
  /** Change to the seat as soon as every partition has reached its target; answered by `rejoined`. */
  | { readonly type: 'rejoin'; readonly seat: LaneSeat; readonly targets: Float64Array }
  /** Write what is dirty, commit, and end; answered by `finished`. */
  | { readonly type: 'finish' };

/** From a view-aggregator to its supervisor. */
export type UnitReport =
  | { readonly type: 'left'; readonly positions: readonly PartitionPosition[] }
  | { readonly type: 'rejoined'; readonly lane: number }
  /** `drained`: a generation that was replaced has nothing left to do, now or later. */
  | { readonly type: 'finished'; readonly drained: boolean }
  | { readonly type: 'failed'; readonly error: ErrorData };

/** From a view-aggregator to its writer and checkpointer. */
export type UnitOutput =
  | { readonly type: 'batch'; readonly batch: ResultBatch }
  | { readonly type: 'letters'; readonly batch: number; readonly letters: readonly DeadLetter[] }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot };

// ---- Between the hosts of threads ----------------------------------------------------------------------------------

/** A partition as a reader is to begin with it. `index` is its place on the lane. */
export interface LanePartition {
  readonly index: number;
  readonly id: string;
  readonly bounded: boolean;
  readonly offset: number;
  /** Largest event time before `offset`, epoch ms, for the reading order. */
  readonly timeMax: number | null;
  readonly fingerprint: string | null;
}

export interface LaneStart {
  readonly lane: number;
  readonly task: string;
  readonly handle: LaneHandle;
  readonly partitions: readonly LanePartition[];
  /** Whether this reader announces partitions that appear later. */
  readonly discover: boolean;
}

/** To a reader host. `task` names a stream on this node. */
export type ReaderMessage =
  | {
      readonly type: 'open-stream';
      readonly task: string;
      readonly stream: StreamSpec;
      readonly once: boolean;
    }
  | {
      readonly type: 'resolve-starts';
      readonly task: string;
      readonly partitions: readonly string[];
    }
  | {
      readonly type: 'fingerprints';
      readonly task: string;
      readonly positions: readonly PartitionPosition[];
    }
  | { readonly type: 'start-lane'; readonly start: LaneStart }
  | { readonly type: 'stop-lane'; readonly lane: number };

export type ReaderAnswer =
  | { readonly type: 'partitions'; readonly partitions: readonly PartitionInfo[] }
  | { readonly type: 'positions'; readonly positions: readonly PartitionPosition[] }
  | { readonly type: 'done' }
  /** What was asked for failed; the reader lives on. */
  | { readonly type: 'failed'; readonly error: ErrorData };

/** To an aggregator host. */
export type AggregatorMessage =
  | { readonly type: 'start-unit'; readonly start: UnitStart; readonly from: UnitBeginning }
  /** Through the host, so that it does not overtake the unit's start. */
  | {
      readonly type: 'to-unit';
      readonly unit: string;
      readonly claim: number;
      readonly message: UnitMessage;
    }
  | { readonly type: 'drop-unit'; readonly unit: string };

/** To a unit's actor. What was meant for an earlier start of the unit (another claim) is dropped. */
export interface ClaimedUnitMessage {
  readonly claim: number;
  readonly message: UnitMessage;
}

/** To the I/O host. */
export type IoMessage =
  /** Which units the project's views consist of now. */
  | { readonly type: 'register'; readonly project: ProjectSpec }
  /** Makes the unit's outlet, an actor of its own; one that is there already is ended first. */
  | { readonly type: 'start-outlet'; readonly spec: UnitSpec; readonly aggregator: number }
  | { readonly type: 'stop-outlet'; readonly unit: string }
  /** The draining generation has nothing left to do. */
  | { readonly type: 'drained'; readonly view: string; readonly generation: number };

export type IoAnswer =
  | { readonly type: 'units'; readonly units: readonly UnitSpec[] }
  | { readonly type: 'done' };

/** To a unit's outlet. */
export type OutletMessage =
  | { readonly type: 'open' }
  /** Commits the start offsets of a new unit. */
  | { readonly type: 'begin'; readonly positions: readonly PartitionPosition[] }
  | { readonly type: 'output'; readonly claim: number; readonly output: UnitOutput };

export type OutletAnswer =
  | {
      readonly type: 'opened';
      readonly claim: number;
      readonly wantsFull: boolean;
      readonly restored: RestoredState | null;
      /** For a new generation of a known view: where the one before it stood. */
      readonly inherited: readonly PartitionPosition[] | null;
    }
  | { readonly type: 'done'; readonly wantsFull: boolean };

export const outletName = (unit: string): string => `outlet:${unit}`;
export const unitActorName = (unit: string): string => `unit:${unit}`;
/** The one actor of each thread that makes the others. */
export const HOST = 'host';
export const ENGINE = 'engine';
/** The I/O thread's actor that takes the channels to aggregator threads. */
export const CONNECTOR = 'connector';
export type ConnectMessage = PeerPort;

/** To the engine, on the main thread. */
export type EngineMessage =
  | {
      readonly type: 'unit-report';
      readonly unit: string;
      readonly claim: number;
      readonly report: UnitReport;
    }
  /** Something the unit needs is failing and tried again; null once it works. */
  | { readonly type: 'trouble'; readonly unit: string; readonly error: ErrorData | null }
  | { readonly type: 'alarm'; readonly alarm: CheckpointAlarm }
  | { readonly type: 'lane-failed'; readonly lane: number; readonly error: ErrorData }
  /** A dictionary of the lane has no room: its reader has ended, and another lane must follow. */
  | { readonly type: 'lane-full'; readonly lane: number }
  | { readonly type: 'partition-found'; readonly task: string; readonly partition: LanePartition };

/** Streams that are read alike share a task: its reader, its shared memory, its partitions. */
export const taskName = (stream: StreamSpec): string => JSON.stringify(stream);
