/** Entry of an aggregator thread: a loop that blocks, fed by rings and by messages. */
import { enterThread, runTurns } from '../runtime/thread-self.ts';
import { AggregatorHost } from './aggregator-host.ts';
import { Board } from './board.ts';
import { type AggregatorMessage, ENGINE, type EngineMessage, HOST } from './messages.ts';
import { connectDrainedPeer, type PeerPort } from './peer.ts';
import { loadAggregations } from './plugins.ts';

export interface AggregatorThreadData {
  readonly io: PeerPort;
  readonly board: SharedArrayBuffer;
  readonly plugins: readonly string[];
}

const self = enterThread({ drained: true });
const { io, board, plugins } = self.data as AggregatorThreadData;
const aggregations = await loadAggregations(plugins);
const peer = connectDrainedPeer(self.system, io, self.board);
const host = new AggregatorHost({
  system: self.system,
  status: self.status,
  board: new Board(board),
  bells: self.board.bells,
  aggregations,
  engine: self.parent.ref<EngineMessage>(ENGINE),
  outlet: (name) => peer.link.ref(name),
});
self.system.spawn<AggregatorMessage>(() => host, { name: HOST });
runTurns(self, () => host.turn(), {
  receive: () => peer.receive(),
  dueInMs: () => host.dueInMs(),
});
