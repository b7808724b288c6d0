/** What the report measures, and the same with tiny inputs, which only shows that it works. */

export type Plan = readonly [name: string, measured: string, quick: string];

export const plans: readonly Plan[] = [
  ['LA-8', '--rows 20000000', '--rows 20000 --rounds 1'],
  ['LA-8', '--from memory --rows 20000000', '--from memory --rows 20000 --rounds 1'],
  ['LA-1', '--rows 20000000', '--rows 20000 --rounds 1'],
  ['S-1M', '--rows 20000000', '--rows 20000 --rounds 1'],
  ['latency', '', '--rows 20000 --seconds 1 --loads 0.5'],
  ['views', '', '--rows 20000 --rounds 1 --views 1,2'],
  [
    'groups',
    '--groups 1000,10000,100000,1000000,10000000 --windows 1 --settle 5',
    '--groups 1000,100000 --windows 1 --settle 0.1',
  ],
  ['threads', '', '--rows 20000 --rounds 1 --threads 1'],
  ['checkpoint', '', '--clients 2000 --seconds 2 --rate 5000 --interval 500ms --rounds 1'],
  ['heap', '', '--rows 20000'],
  ['aggregations', '', 'count sum'],
];
