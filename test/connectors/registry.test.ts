import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { deadLetters, sinks, sources } from '../../connectors/registry.ts';

test('every connector has a strict schema with its type, a doc, and a description for each option', () => {
  for (const [kind, connectors] of Object.entries({ sources, sinks, deadLetters })) {
    for (const [type, { doc, schema }] of Object.entries(connectors)) {
      const text = `${kind} ${type}`;
      assert.match(doc, /\.$/, text);
      const json = z.toJSONSchema(schema, { io: 'input' });
      assert.equal(json.additionalProperties, false, text);
      for (const [name, option] of Object.entries(json.properties ?? {})) {
        if (typeof option !== 'object') continue;
        if (name === 'type') assert.equal(option.const, type, text);
        else assert.match(option.description ?? '', /\.$/, `${text} ${name}`);
      }
    }
  }
});

test('the schemas are told apart by type', () => {
  const source = z.discriminatedUnion('type', [sources.file.schema, sources.generator.schema]);
  assert.equal(source.parse({ type: 'generator' }).type, 'generator');
  const file = { type: 'file', path: 'a', rate: 'max', loop: false, follow: false };
  assert.deepEqual(source.parse({ type: 'file', path: 'a' }), file);
  assert.deepEqual(source.parse(file), file, 'parsing again changes nothing');
  assert.throws(() => source.parse({ type: 'kafka' }));
});
