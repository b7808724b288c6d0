/**
 * Writes batch after batch to a sink and says on stdout how many were acknowledged, until it is killed.
 * argv: the sink's type, its options as JSON, the project folder.
 */
import { writeSync } from 'node:fs';
import { sinks } from '../../../connectors/registry.ts';
import { wifiSchema } from './result-batches.ts';
import { killBatch } from './sink-kill.ts';

const [, , type = '', options = '', projectDir = ''] = process.argv;
const connector = type === 'file' ? sinks.file : sinks.sqlite;
const sink = await connector.open(JSON.parse(options), { projectDir });
await sink.prepare(wifiSchema);
const { signal } = new AbortController();
for (let acknowledged = 0; ; acknowledged++) {
  writeSync(1, `${acknowledged}\n`);
  await sink.write(killBatch(acknowledged), signal);
}
