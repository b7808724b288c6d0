/** `la aggregations`: what can stand in a view's aggregation_info. */
import { type CatalogueEntry, catalogue } from '../views/aggregations/catalogue.ts';
import { type Command, jsonOption } from './command.ts';
import { jsonLine } from './print.ts';
import { plainCells, tableLines } from './text-table.ts';

const columns = [{ title: 'AGGREGATION' }, { title: 'INPUTS' }, { title: 'WHAT' }];

export const aggregations: Command = {
  doc: 'Lists the aggregations that views can use.',
  usage: '[--json]',
  options: { json: jsonOption },
  positionalsMax: 0,
  async run({ options }) {
    const entries = catalogue();
    process.stdout.write(options.json === true ? jsonLine(entries) : text(entries));
    return 0;
  },
};

function text(entries: readonly CatalogueEntry[]): string {
  const rows = entries.map(({ name, inputs, doc, params }) =>
    plainCells([name, inputs, params === '–' ? doc : `${doc} Parameters: ${params}`]),
  );
  return `${tableLines(columns, rows).join('\n')}\n`;
}
