import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadAggregations } from '../actors/plugins.ts';
import type { AggregationRegistry } from '../views/compile.ts';
import { cliError } from './errors.ts';

export interface LoadedPlugins {
  /** URLs, for the engine's threads. */
  readonly plugins: readonly string[];
  /** The embedded ones and theirs. */
  readonly aggregations: AggregationRegistry;
}

/** `module` is a file's path or a URL. @throws LA_RUN_PLUGIN */
export async function loadPlugins(module: string | boolean | undefined): Promise<LoadedPlugins> {
  const plugins = typeof module === 'string' ? [urlOf(module)] : [];
  try {
    return { plugins, aggregations: await loadAggregations(plugins) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw cliError('LA_RUN_PLUGIN', { module: String(module), reason }, error);
  }
}

/** A drive's letter is no scheme. */
const urlOf = (module: string): string =>
  /^[a-z][a-z0-9+.-]+:/i.test(module) ? module : pathToFileURL(resolve(module)).href;
