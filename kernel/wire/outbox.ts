/** Sends one after another: a zeromq socket throws when a second send starts before the first has ended. */
import type { Dealer, Router, XPublisher } from 'zeromq';

export type Outbox = {
  /** Every message is one multipart send: many small writes would stall a front end. */
  send(frames: Buffer[]): void;
  /** Resolves when everything sent so far is with zeromq. */
  flushed(): Promise<void>;
};

export function createOutbox(socket: Dealer | Router | XPublisher, log: (line: string) => void): Outbox {
  let waiting: Buffer[][] = [];
  let pumping: Promise<void> | undefined;
  async function pump() {
    while (waiting.length) {
      const batch = waiting;
      waiting = [];
      for (const frames of batch) {
        try {
          await socket.send(frames);
        } catch (error) {
          if (socket.closed) return;
          log(`a message could not be sent: ${(error as Error).message}`);
        }
      }
    }
    pumping = undefined;
  }
  return {
    send(frames) {
      waiting.push(frames);
      pumping ??= pump();
    },
    flushed: async () => pumping,
  };
}
