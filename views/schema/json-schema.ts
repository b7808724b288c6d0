/** The schemas as files for editors: JSON Schema (draft 2020-12) of what users write. */
import { z } from 'zod';
import type { Json } from '../../runtime/json.ts';
import type { Aggregation, ParamSpec } from '../aggregations/contract.ts';
import type { AggregationRegistry } from '../compile.ts';
import { type ConnectorSchemas, projectSchema } from './project-schema.ts';
import { viewSchema } from './view-schema.ts';
import { viewTestSchema } from './view-test-schema.ts';

type JsonObject = { readonly [key: string]: Json };

const emitted = (schema: z.ZodType): JsonObject =>
  // A plain copy: what zod gives out carries more than JSON.
  JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })));

/** Contents of schemas/la.schema.json. */
export const projectJsonSchema = (connectors: ConnectorSchemas): JsonObject =>
  emitted(projectSchema(connectors));

/** Contents of schemas/view-test.schema.json. */
export const viewTestJsonSchema = (): JsonObject => emitted(viewTestSchema);

/** Contents of schemas/view.schema.json: names of aggregations, and the parameters of each. */
export function viewJsonSchema(aggregations: AggregationRegistry): JsonObject {
  const schema = emitted(viewSchema);
  return edited(schema, ['properties', 'aggregation_info', 'items'], (entry) => ({
    ...edited(entry, ['properties', 'aggregation'], (aggregation) => ({
      ...aggregation,
      enum: Object.keys(aggregations),
    })),
    allOf: Object.entries(aggregations).map(([name, definition]) => rule(name, definition)),
  }));
}

/** `object` with what the path leads to changed. */
function edited(
  object: JsonObject,
  [key, ...rest]: readonly string[],
  change: (found: JsonObject) => JsonObject,
): JsonObject {
  if (key === undefined) return change(object);
  const member = object[key];
  const inner = typeof member === 'object' && member !== null && !Array.isArray(member);
  return { ...object, [key]: edited(inner ? asObject(member) : {}, rest, change) };
}

const asObject = (value: Json): JsonObject => Object.fromEntries(Object.entries(value ?? {}));

/** What an entry must be like that names this aggregation. */
function rule(name: string, { doc, inputs, params = {} }: Aggregation): JsonObject {
  const specs: [string, ParamSpec][] = Object.entries(params);
  const required = specs.filter(([, spec]) => !('default' in spec)).map(([param]) => param);
  const hasColumn = Object.hasOwn(inputs, 'x');
  const properties: Record<string, Json> = {
    params: {
      type: 'object',
      properties: Object.fromEntries(specs.map(([param, spec]) => [param, paramSchema(spec)])),
      required,
      additionalProperties: false,
    },
  };
  if (!hasColumn) properties.col_name = false;
  return {
    if: { properties: { aggregation: { const: name } }, required: ['aggregation'] },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
    then: {
      description: doc,
      properties,
      required: [...(hasColumn ? ['col_name'] : []), ...(required.length > 0 ? ['params'] : [])],
    },
  };
}

function paramSchema(spec: ParamSpec): JsonObject {
  const { doc: description } = spec;
  switch (spec.type) {
    case 'number':
    case 'integer': {
      const { min: minimum, max: maximum } = spec;
      const range = { type: spec.type, minimum, maximum, description };
      return spec.default === undefined ? range : { ...range, default: spec.default };
    }
    case 'numbers':
      return {
        type: 'array',
        items: { type: 'number' },
        minItems: 1,
        maxItems: spec.itemsMax,
        uniqueItems: true,
        description,
      };
    case 'column':
    case 'expression':
      return { type: 'string', minLength: 1, description };
  }
}
