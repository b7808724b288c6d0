/** Rows that no window took, with place and reason. Keyed by (view, generation, partition, offset). */
export interface DeadLetter {
  readonly view: string;
  readonly generation: number;
  /** The partition's id: a file's path, or topic id and number. */
  readonly partition: string;
  readonly offset: number;
  /** `too_late`, or why the row is invalid: a row status, or `wrong_type` and the like, with the column after a colon. */
  readonly reason: string;
  /** Event time, epoch ms, where it could be read. */
  readonly time: number | null;
  /** The head of the record as it came, where it was kept (payloads are sampled). */
  readonly sample: string | null;
}
