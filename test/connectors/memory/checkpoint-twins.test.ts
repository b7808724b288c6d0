import { CoordinationState, MemoryCoordination } from '../../../connectors/memory/coordination.ts';
import { MemoryObjectStore } from '../../../connectors/memory/object-store.ts';
import { coordinationSuite } from '../contract/coordination-suite.ts';
import { objectStoreSuite } from '../contract/object-store-suite.ts';

objectStoreSuite('memory', async () => new MemoryObjectStore());
coordinationSuite('memory', async () => {
  const state = new CoordinationState();
  return () => new MemoryCoordination(state);
});
