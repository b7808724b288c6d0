/** Direct channels between threads that are not parent and child, so that results need not pass the main thread. */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { ActorSystem } from '../runtime/actor-system.ts';
import { BELL_STRIDE, ringBell } from '../runtime/doorbell.ts';
import { Link } from '../runtime/link.ts';
import type { ThreadBoard } from '../runtime/thread.ts';

export interface PeerPort {
  readonly port: MessagePort;
  /** The other end's place on the board: its bell is rung, because it may sleep on it. */
  readonly thread: number;
}

/** For a thread with an event loop, which the port keeps alive until either end closes it. */
export function connectPeer(
  system: ActorSystem,
  { port, thread }: PeerPort,
  board: ThreadBoard,
): { readonly link: Link; close(): void } {
  const link = peerLink(system, port, thread, board);
  port.on('message', (data: unknown) => link.deliver(data));
  port.on('close', () => link.close({ name: `thread ${thread}`, reason: 'lost' }));
  return { link, close: () => port.close() };
}

/** For a thread that blocks: `receive` takes what waits. */
export function connectDrainedPeer(
  system: ActorSystem,
  { port, thread }: PeerPort,
  board: ThreadBoard,
): { readonly link: Link; receive(): void } {
  const link = peerLink(system, port, thread, board);
  return {
    link,
    receive: () => {
      for (;;) {
        const received: { message: unknown } | undefined = receiveMessageOnPort(port);
        if (received === undefined) return;
        link.deliver(received.message);
      }
    },
  };
}

function peerLink(
  system: ActorSystem,
  port: MessagePort,
  thread: number,
  { bells }: ThreadBoard,
): Link {
  return new Link(system, (value, transfer) => {
    port.postMessage(value, [...(transfer ?? [])]);
    ringBell(bells, thread * BELL_STRIDE);
  });
}
