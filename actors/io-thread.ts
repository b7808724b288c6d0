/** Entry of the I/O thread: sinks, dead letters, checkpoints. */
import { workerData } from 'node:worker_threads';
import { check } from '../runtime/errors.ts';
import type { Link } from '../runtime/link.ts';
import { systemRandom } from '../runtime/random.ts';
import type { ThreadStart } from '../runtime/thread.ts';
import { enterThread } from '../runtime/thread-self.ts';
import type { ProjectSpec } from '../views/spec.ts';
import { openCheckpoints } from './checkpoint-stores.ts';
import { IoHost } from './io-host.ts';
import {
  CONNECTOR,
  type ConnectMessage,
  ENGINE,
  HOST,
  type IoAnswer,
  type IoMessage,
  type ReaderAnswer,
  type ReaderMessage,
  unitActorName,
} from './messages.ts';
import { READER } from './node-places.ts';
import { connectPeer } from './peer.ts';
import { loadAggregations } from './plugins.ts';

export interface IoThreadData {
  readonly projectDir: string;
  readonly project: ProjectSpec;
  readonly plugins: readonly string[];
}

// All that takes time comes before the thread is entered: messages wait at its port until then.
const { projectDir, project, plugins } = (workerData as ThreadStart).data as IoThreadData;
const aggregations = await loadAggregations(plugins);
const { coordination, store, compression } = await openCheckpoints(project, projectDir);

const self = enterThread();
/** Links to the reader and aggregator threads, by their place on the board. */
const peers = new Map<number, ReturnType<typeof connectPeer>>();

function linkTo(thread: number): Link {
  const peer = peers.get(thread);
  check(peer !== undefined, 'a thread is connected before its units are opened');
  return peer.link;
}

self.system.spawn<ConnectMessage>(
  () => ({
    receive: (peer) => {
      peers.set(peer.thread, connectPeer(self.system, peer, self.board));
    },
  }),
  { name: CONNECTOR },
);
self.system.spawn<IoMessage, IoAnswer>(
  () =>
    new IoHost({
      projectDir,
      system: self.system,
      random: systemRandom,
      aggregations,
      coordination,
      checkpoints: { store, compression, writer: 'live-aggregators' },
      engine: self.parent.ref(ENGINE),
      reader: () => linkTo(READER).ref<ReaderMessage, ReaderAnswer>(HOST),
      unitActor: (thread, unit) => linkTo(thread).ref(unitActorName(unit)),
    }),
  { name: HOST },
);
self.stopping.addEventListener('abort', () => {
  void self.system.stop().then(() => {
    for (const peer of peers.values()) peer.close();
    self.close();
  });
});
