/** Prompts of a cell → input_request → input_reply. One at a time: a cell is asked to wait for its line. */
import type { Message } from '../wire/protocol.ts';
import type { Sockets } from '../wire/sockets.ts';

export type Prompts = {
  /** Asks the client that sent `request`: its identity is the same on shell and stdin. */
  ask(request: Message, prompt: string, password: boolean): void;
  answer(reply: Message, found: (id: string, value: string) => void): void;
  /** An interrupt ends the prompt; a late answer to it is ignored. */
  drop(): void;
};

export function createPrompts(sockets: Sockets): Prompts {
  let asked: Message | undefined;
  return {
    ask(request, prompt, password) {
      asked = request;
      sockets.reply('stdin', request, 'input_request', { prompt, password });
    },
    answer(reply, found) {
      const [given, wanted] = [reply.identities[0], asked?.identities[0]];
      if (!asked || !given || !wanted?.equals(given)) return;
      const { msg_id } = asked.header;
      asked = undefined;
      found(msg_id, String(reply.content.value ?? ''));
    },
    drop() {
      asked = undefined;
    },
  };
}
