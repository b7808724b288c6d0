/** What `la aggregations` and docs/aggregations.md say of every registered aggregation. */
import type { Aggregation, ParamSpec, Params } from './contract.ts';
import { aggregations } from './registry.ts';

export interface CatalogueEntry {
  readonly name: string;
  readonly doc: string;
  /** `x: number`, … */
  readonly inputs: string;
  /** `p: number 0 … 100`, … */
  readonly params: string;
  readonly result: string;
  /** As JSON. */
  readonly empty: string;
  readonly error: string;
  /** f64 cells of a group; a function of the parameters for some. */
  readonly cells: string;
}

function describeParam(name: string, spec: ParamSpec): string {
  const parts = [`${name}: ${spec.type}`];
  if (spec.type === 'number' || spec.type === 'integer') {
    parts.push(`${spec.min} … ${spec.max},`);
    if (spec.default !== undefined) parts.push(`default ${spec.default},`);
  }
  if (spec.type === 'numbers') parts.push(`ascending, at most ${spec.itemsMax},`);
  return `${parts.join(' ')} ${spec.doc}`;
}

/** Small parameters that show what depends on them. */
function exampleParams(definition: Aggregation): Params {
  const example: Record<string, number | number[]> = {};
  const specs: [string, ParamSpec][] = Object.entries(definition.params ?? {});
  for (const [name, spec] of specs) {
    if (spec.type === 'numbers') example[name] = [1, 2];
    else if (spec.type === 'number' || spec.type === 'integer') example[name] = spec.min;
  }
  return example;
}

const join = (parts: readonly string[]): string => (parts.length === 0 ? '–' : parts.join('; '));

function describe(name: string, definition: Aggregation): CatalogueEntry {
  const inputs: [string, string][] = Object.entries(definition.inputs);
  const params: [string, ParamSpec][] = Object.entries(definition.params ?? {});
  const example = exampleParams(definition);
  const { empty, cells } = definition;
  const suffix = ` with ${JSON.stringify(example)}`;
  return {
    name,
    doc: definition.doc,
    inputs: join(inputs.map(([input, kind]) => `${input}: ${kind}`)),
    params: join(params.map(([param, spec]) => describeParam(param, spec))),
    result: definition.result_type,
    empty:
      typeof empty === 'function' ? JSON.stringify(empty(example)) + suffix : JSON.stringify(empty),
    error: definition.error,
    cells: typeof cells === 'function' ? cells(example).length + suffix : `${cells.length}`,
  };
}

export const catalogue = (): CatalogueEntry[] =>
  Object.entries(aggregations).map(([name, definition]) => describe(name, definition));

const HEAD = `# Aggregations

Written by \`LA_UPDATE=1 node --test test/views/aggregations/catalogue.test.ts\` from
\`views/aggregations/registry.ts\`; [how to add one](add-an-aggregation.md).

Rows in which an input is null are skipped. \`x\` is the entry's \`col_name\`, \`time\` the event time; other inputs are named
by the parameter of their name. \`number\` takes numbers only, anything else makes the row invalid for the view; \`value\`
and \`hash\` take numbers and text. *Empty* is the result of a group without any such row. A result that is not finite is
written as null. *Cells* are 8 bytes a group each; sketches, sets and texts have blocks besides.
`;

const cellText = (text: string): string => text.replaceAll('|', '\\|');

/** docs/aggregations.md. */
export function renderCatalogue(): string {
  const columns = ['name', 'doc', 'inputs', 'params', 'result', 'empty', 'error', 'cells'] as const;
  const titles = ['Name', 'What', 'Inputs', 'Parameters', 'Result', 'Empty', 'Error', 'Cells'];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rows = catalogue().map((entry) =>
    line(
      columns.map((column) => (column === 'name' ? `\`${entry.name}\`` : cellText(entry[column]))),
    ),
  );
  return `${HEAD}\n${[line(titles), line(titles.map(() => '---')), ...rows].join('\n')}\n`;
}
