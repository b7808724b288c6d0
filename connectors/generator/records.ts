/**
 * Deterministic Wi-Fi client statistics: the workload that speed is judged on, byte for byte. Only integer arithmetic
 * and +, -, *, floor on doubles, so that the records are the same on every machine.
 */
import type { GeneratorOptions } from './options.ts';

/** Bytes of the longest record, generously. */
export const RECORD_BYTES_MAX = 512;

const WARM_UP_DRAWS = 16;
const UNIT = 2.3283064365386963e-10; // 2^-32
const ROAMING_SHARE = 0.1;
const TRANSMIT_MIN = 60;

const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0');
const decimal = (value: number, width: number): string => String(value).padStart(width, '0');

/** A fixed integer hash: names and home access points do not depend on the seed. */
function mix(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return (bits ^ (bits >>> 16)) >>> 0;
}

const organisationName = (index: number): string => {
  const head = hex(mix(index + 1), 8);
  const middle = hex(mix(index + 1001) & 0xffff, 4);
  const variant = hex((mix(index + 2001) & 0x3fff) | 0x8000, 4);
  return `${head}-${middle}-11ee-${variant}-${hex(index, 12)}`;
};

/** Access point i stands at site i % sites, which belongs to organisation (i % sites) % orgs. */
function accessPointPart(index: number, { sites, orgs }: GeneratorOptions): string {
  const site = index % sites;
  const place = `,"org":"${organisationName(site % orgs)}","site":"site-${decimal(site, 4)}"`;
  return `${place},"ap":"5c5b35-ap-${decimal(index, 5)}","client":"`;
}

function clientPart(index: number): string {
  const digits = hex(index, 8);
  const pairs = [0, 2, 4, 6].map((at) => digits.slice(at, at + 2)).join(':');
  return `02:${hex(mix(index) & 0xff, 2)}:${pairs}","rssi":`;
}

const bandParts = ['2.4"}', '5"}', '6"}'];

/** Texts that the records are made of; shared by all readers of one source. */
export interface RecordParts {
  readonly options: GeneratorOptions;
  readonly accessPoints: readonly string[];
  readonly clients: readonly string[];
  readonly homes: Int32Array;
}

export function recordParts(options: GeneratorOptions): RecordParts {
  const { aps, clients } = options;
  return {
    options,
    accessPoints: Array.from({ length: aps }, (_, index) => accessPointPart(index, options)),
    clients: Array.from({ length: clients }, (_, index) => clientPart(index)),
    homes: Int32Array.from({ length: clients }, (_, index) => mix(index + 77_777) % aps),
  };
}

/** Draws record after record. */
export class RecordGenerator {
  readonly #parts: RecordParts;
  readonly #stepMs: number;
  #row = 0;
  // sfc32
  #a = 0x9e3779b9 | 0;
  #b = 0x243f6a88 | 0;
  #c = 0xb7e15162 | 0;
  #counter: number;

  constructor(parts: RecordParts) {
    this.#parts = parts;
    this.#stepMs = 60_000 / parts.options.rows_per_min;
    this.#counter = parts.options.seed | 0;
    for (let draw = 0; draw < WARM_UP_DRAWS; draw++) this.#draw();
  }

  /** Number of the next record. */
  get row(): number {
    return this.#row;
  }

  #draw(): number {
    const drawn = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + drawn) | 0;
    return drawn >>> 0;
  }

  #unit(): number {
    return this.#draw() * UNIT;
  }

  /** Writes the next record, without a newline; returns where it ends. */
  write(into: Buffer, at: number): number {
    const { options, accessPoints, clients, homes } = this.#parts;
    const rank = this.#unit();
    const client = Math.floor(options.clients * rank * rank); // power law: P(rank) ~ rank^-0.5
    const accessPoint = this.#accessPoint(homes[client]!);
    const late = this.#unit();
    const lateMs = Math.floor(late * late * late * late * options.disorder_ms);
    const time = options.start_ms + Math.floor(this.#row * this.#stepMs) - lateMs;
    const signal = -35 - Math.floor((this.#unit() + this.#unit() + this.#unit()) * 20);
    const sent = this.#unit();
    const received = this.#unit();
    const sentBytes = TRANSMIT_MIN + Math.floor(sent * sent * sent * 200_000);
    const receivedBytes = TRANSMIT_MIN + Math.floor(received * received * received * 2_000_000);
    const bandDraw = this.#unit();
    const band = bandDraw < 0.2 ? 0 : bandDraw < 0.75 ? 1 : 2;
    this.#row += 1;
    const head = `{"ts":${time}${accessPoints[accessPoint]}${clients[client]}${signal}`;
    const bytes = `,"bytes_tx":${sentBytes},"bytes_rx":${receivedBytes}`;
    const record = `${head}${bytes},"band":"${bandParts[band]}`;
    return at + into.write(record, at, 'latin1');
  }

  /** Most records come from the client's home, the others from another access point of its site. */
  #accessPoint(home: number): number {
    const { aps, sites } = this.#parts.options;
    const others = aps / sites - 1;
    if (!(this.#unit() < ROAMING_SHARE && others > 0)) return home;
    return (home + sites * (1 + (this.#draw() % others))) % aps;
  }

  /** Passes records without writing them: draws what they would have drawn. */
  skip(records: number): void {
    const { aps, sites } = this.#parts.options;
    const roams = aps / sites > 1;
    for (let record = 0; record < records; record++) {
      this.#draw();
      if (this.#unit() < ROAMING_SHARE && roams) this.#draw();
      for (let draw = 0; draw < 7; draw++) this.#draw();
    }
    this.#row += records;
  }
}
