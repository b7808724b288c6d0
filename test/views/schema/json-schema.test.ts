/** The published schemas are what the code says: run with LA_UPDATE=1 to write them anew. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import * as connectors from '../../../connectors/registry.ts';
import { aggregations } from '../../../views/aggregations/registry.ts';
import {
  projectJsonSchema,
  viewJsonSchema,
  viewTestJsonSchema,
} from '../../../views/schema/json-schema.ts';

const folder = new URL('../../../schemas/', import.meta.url);

function f(file: string, schema: object) {
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  const path = new URL(file, folder);
  if (process.env.LA_UPDATE === '1') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, text);
  }
  const message = `schemas/${file} is out of date: LA_UPDATE=1 node --test test/views/schema/json-schema.test.ts`;
  assert.equal(readFileSync(path, 'utf8'), text, message);
}

test('la.schema.json', () => f('la.schema.json', projectJsonSchema(connectors)));

test('view.schema.json', () => f('view.schema.json', viewJsonSchema(aggregations)));

test('view-test.schema.json', () => f('view-test.schema.json', viewTestJsonSchema()));
