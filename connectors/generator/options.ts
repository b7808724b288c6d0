import { z } from 'zod';
import { rateOption } from '../rate.ts';

const count = (value: number) => z.int().min(0).default(value);
const several = (value: number) => z.int().min(1).default(value);

export const generatorOptions = z
  .strictObject({
    type: z.literal('generator'),
    rows: count(1_000_000).describe('How many records.'),
    seed: count(1).describe('Another seed gives other records over the same names.'),
    clients: several(200_000).describe('Distinct clients, in a power law.'),
    aps: several(5000).describe('Access points: a multiple of sites.'),
    sites: several(500).describe('Sites: a multiple of orgs.'),
    orgs: several(50).describe('Organisations.'),
    disorder_ms: count(5000).describe('How late a record may be.'),
    rows_per_min: several(50_000).describe('Records per minute of event time.'),
    start_ms: z
      .int()
      .default(1_767_225_600_000)
      .describe('Event time of the first record, epoch ms.'),
    rate: rateOption,
  })
  .refine(({ aps, sites }) => aps % sites === 0, {
    message: 'aps must be a multiple of sites',
    path: ['aps'],
  })
  .refine(({ sites, orgs }) => sites % orgs === 0, {
    message: 'sites must be a multiple of orgs',
    path: ['sites'],
  });

export type GeneratorOptions = z.output<typeof generatorOptions>;
