/** Entry of a reader thread: sources, decoding, the producers of rings. It never blocks. */
import { enterThread } from '../runtime/thread-self.ts';
import { ENGINE, HOST, type ReaderAnswer, type ReaderMessage } from './messages.ts';
import { connectPeer, type PeerPort } from './peer.ts';
import { ReaderHost } from './reader-host.ts';

export interface ReaderThreadData {
  readonly projectDir: string;
  /** Channel from the I/O thread, which asks for fingerprints. */
  readonly io: PeerPort;
}

const self = enterThread();
const { projectDir, io } = self.data as ReaderThreadData;
connectPeer(self.system, io, self.board);
self.system.spawn<ReaderMessage, ReaderAnswer>(
  () =>
    new ReaderHost({
      projectDir,
      clock: self.system.clock,
      bells: self.board.bells,
      engine: self.parent.ref(ENGINE),
    }),
  { name: HOST },
);
self.stopping.addEventListener('abort', () => {
  void self.system.stop().then(() => self.close());
});
