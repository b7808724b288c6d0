import type { NativeModule, Piece, WordsOf } from './native-module.ts';

/** As kernels/c has them. */
const BLOCK_ROWS = 512;
const SLACK_BYTES = 64;
const DEPTH_MAX = 512;
const NODE_WORDS = 24;
const NODE_OBJECT = 3;
const SPOT_BYTES = 16;
/** Of structs; a Decoder's last word is of no use. */
const DECODER_WORDS = 15;
const COLUMN_WORDS = 7;
const DICTIONARY_WORDS = 13;
const LINES_WORDS = 7;
/** Read past the lines of a block. */
const BLOCK_SLACK_BYTES = 15;
/** Of decoderPieces. */
const INPUT_PIECE = 4;

const piece = (at = 0, bytes = 0): Piece => ({ at, bytes });
const words = (at = 0, count = 0) => piece(at, 4 * count);

/** The struct, cells of `slots` slots from `slot` on, and the records of `count` rows. */
function decoderPieces(wordsOf: WordsOf, at: number, slot: number, slots: number, count: number) {
  const struct = wordsOf(at, DECODER_WORDS);
  const [kinds = 0, spots = 0, numbers = 0, , , all = 0] = struct;
  const [input, , ends = 0, , hashed] = struct.subarray(8);
  const [cell, cells] = [slot * BLOCK_ROWS, slots * BLOCK_ROWS];
  return [
    words(at, DECODER_WORDS),
    piece(kinds + cell, cells),
    piece(spots + SPOT_BYTES * cell, SPOT_BYTES * cells),
    piece(numbers + 8 * cell, 8 * cells),
    piece(input, Math.max(0, ...wordsOf(ends, count)) + SLACK_BYTES),
    words(hashed, all + 1),
  ];
}

function locate(wordsOf: WordsOf, decoder = 0, _from = 0, count = 0): Piece[] {
  const struct = wordsOf(decoder, DECODER_WORDS);
  const [nodes = 0, alternative = 0, slots = 0, objects = 0, objectSlots = 0] = struct.subarray(3);
  const [starts, ends, , , openNodes, isArray] = struct.subarray(9);
  const graph = wordsOf(nodes, alternative);
  let object = 0;
  for (let node = 0; node < alternative; node += NODE_WORDS)
    object = Math.max(object, (graph[node + NODE_OBJECT] ?? 0) | 0);
  const table = wordsOf(objects, 3 * (object + 1));
  let slotsEnd = 0;
  for (let i = 0; i < table.length; i += 3)
    slotsEnd = Math.max(slotsEnd, (table[i + 1] ?? 0) + (table[i + 2] ?? 0));
  return [
    ...decoderPieces(wordsOf, decoder, 0, slots + 1, count),
    words(nodes, 2 * alternative),
    words(objects, table.length),
    words(objectSlots, slotsEnd),
    words(starts, count),
    words(ends, count),
    words(openNodes, DEPTH_MAX),
    piece(isArray, DEPTH_MAX),
  ];
}

/** What `rows` more values, of at most `inputBytes` and the words for booleans, may reach. */
function dictionaryPieces(wordsOf: WordsOf, at: number, rows: number, inputBytes: number): Piece[] {
  const struct = wordsOf(at, DICTIONARY_WORDS);
  const [, entries = 0, byteCount = 0, entriesMax = 0, bytesMax = 0, slotsMax = 0] = struct;
  const [starts, lengths, hashLow, hashHigh, types, bytes, slots] = struct.subarray(6);
  const entriesEnd = 1 + Math.min(entriesMax, entries + rows);
  return [
    words(at, DICTIONARY_WORDS),
    // An entry's end is the next one's start.
    words(starts, entriesEnd + 1),
    ...[lengths, hashLow, hashHigh].map((array) => words(array, entriesEnd)),
    piece(types, entriesEnd),
    piece(bytes, Math.min(bytesMax, byteCount + inputBytes + 5 * rows) + SLACK_BYTES),
    piece(slots, 8 * slotsMax),
  ];
}

/** A column's call; `arrays` are {place in the struct, bytes a row}. */
const columnCall =
  (arrays: readonly [place: number, rowBytes: number][], interns: boolean) =>
  (wordsOf: WordsOf, decoder = 0, slot = 0, _from = 0, count = 0, column = 0): Piece[] => {
    const struct = wordsOf(column, COLUMN_WORDS);
    const [tags, tagged = 0, dictionary = 0] = struct.subarray(4);
    const cells = decoderPieces(wordsOf, decoder, slot, 1, count);
    const inputBytes = cells[INPUT_PIECE]?.bytes ?? 0;
    return [
      ...cells,
      words(column, COLUMN_WORDS),
      ...arrays.map(([place, rowBytes]) => piece(struct[place], rowBytes * count)),
      piece(tags, tagged * count),
      ...(interns ? dictionaryPieces(wordsOf, dictionary, count, inputBytes) : []),
    ];
  };

export const native: NativeModule = {
  corpus: [
    'test/kernels/json-decoder-fuzz.test.ts',
    'test/kernels/json-decoder.test.ts',
    'test/connectors/file/line-reader.test.ts',
  ],
  whole: ['test/kernels/decode-bounds.test.ts'],
  share: 0.05,
  calls: {
    locate,
    writeNumbers: columnCall([[0, 8]], false),
    writeHashes: columnCall(
      [
        [2, 4],
        [3, 4],
      ],
      false,
    ),
    writeCodes: columnCall([[1, 4]], true),
    writeValues: columnCall(
      [
        [0, 8],
        [1, 4],
      ],
      true,
    ),
    writeTimes: (wordsOf, decoder = 0, slot = 0, count = 0, times = 0, _m, _d, _s, range = 0) => [
      ...decoderPieces(wordsOf, decoder, slot, 1, count),
      piece(times, 8 * count),
      piece(range, 16),
    ],
    splitLines: (wordsOf, bytes = 0, lines = 0) => {
      const [, to = 0, , count = 0, , starts, ends] = wordsOf(lines, LINES_WORDS);
      return [
        piece(bytes, to + BLOCK_SLACK_BYTES),
        words(lines, LINES_WORDS),
        words(starts, count),
        words(ends, count),
      ];
    },
  },
};
