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
  let asked: { request: Message; question: string } | undefined;
  return {
    ask(request, prompt, password) {
      const question = sockets.reply('stdin', request, 'input_request', { prompt, password });
      asked = { request, question };
    },
    answer(reply, found) {
      if (!asked || !isFor(asked, reply)) return;
      const { msg_id } = asked.request.header;
      asked = undefined;
      found(msg_id, String(reply.content.value ?? ''));
    },
    drop() {
      asked = undefined;
    },
  };
}

/** Not the late answer to a question that an interrupt has ended, where the client says what it answers: jupyter_client does not. */
function isFor(
  { request, question }: { request: Message; question: string },
  { identities, parent }: Message,
): boolean {
  const [given, wanted] = [identities[0], request.identities[0]];
  if (!given || !wanted?.equals(given)) return false;
  return !parent.msg_id || parent.msg_id === question || parent.msg_id === request.header.msg_id;
}
