/** What is decided about a row. From INVALID on: INVALID + the index of the reason. */
export const Verdict = { KEEP: 0, FILTERED: 1, TOO_LATE: 2, PARTLY: 3, INVALID: 4 } as const;
