/** Aggregations beside the embedded ones: modules named by URL that export `aggregations`, loaded on every thread. */
import { aggregations as embedded } from '../views/aggregations/registry.ts';
import type { AggregationRegistry } from '../views/compile.ts';

export async function loadAggregations(plugins: readonly string[]): Promise<AggregationRegistry> {
  let registry: AggregationRegistry = embedded;
  for (const url of plugins) {
    const module: { aggregations: AggregationRegistry } = await import(url);
    registry = { ...registry, ...module.aggregations };
  }
  return registry;
}
