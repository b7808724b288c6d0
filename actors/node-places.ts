/** Places of a node's threads on their board: reader, I/O, then aggregators. */
export const READER = 0;
export const IO = 1;
export const FIRST_AGGREGATOR = 2;
export const THREADS_MAX = 64;
