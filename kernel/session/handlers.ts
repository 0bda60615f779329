/** Every request but execute_request: message type → what to answer. */
import { codePoints, utf16 } from '../cell/positions.ts';
import type { Connection, Content, KernelInfoReply, Message } from '../wire/protocol.ts';
import type { Comms } from './comms.ts';
import type { History } from './history.ts';
import type { Completion, Language } from './language.ts';

/** @returns the content of the reply, or undefined where the protocol has none */
export type Handler = (request: Message) => Promise<Content | undefined> | Content | undefined;

export type HandlersOptions = {
  info: KernelInfoReply;
  connection: Connection;
  language: Promise<Language>;
  history: History;
  comms: Comms;
  interrupt(): void;
};

export function createHandlers({
  info,
  connection,
  language,
  history,
  comms,
  interrupt,
}: HandlersOptions): Record<string, Handler> {
  return {
    kernel_info_request: () => info,
    connect_request: () => {
      const { shell_port, iopub_port, stdin_port, control_port, hb_port } = connection;
      return { status: 'ok', shell_port, iopub_port, stdin_port, control_port, hb_port };
    },
    async is_complete_request({ content }) {
      const { status, indent = '' } = await (await language).isComplete(text(content, 'code'));
      return status === 'incomplete' ? { status, indent } : { status };
    },
    async complete_request({ content }) {
      const code = text(content, 'code');
      return completeReply(code, await (await language).complete(code, cursor(content, code)));
    },
    async inspect_request({ content }) {
      const code = text(content, 'code');
      const detail = content.detail_level === 1 ? 1 : 0;
      const data = await (await language).inspect(code, cursor(content, code), detail);
      return { status: 'ok', found: data !== undefined, data: data ?? {}, metadata: {} };
    },
    history_request: ({ content }) => ({ status: 'ok', history: history.query(content) }),
    comm_info_request: ({ content }) => ({ status: 'ok', comms: comms.info(content.target_name) }),
    comm_open: comms.receive,
    comm_msg: comms.receive,
    comm_close: comms.receive,
    interrupt_request() {
      interrupt();
      return { status: 'ok' };
    },
    debug_request: ({ content }) => ({
      type: 'response',
      seq: 1,
      request_seq: content.seq ?? 0,
      success: false,
      command: content.command ?? '',
      message: 'this kernel has no debugger',
    }),
  };
}

function completeReply(code: string, { start, end, matches }: Completion): Content {
  const cursor_start = codePoints(code, start);
  const cursor_end = codePoints(code, end);
  return {
    status: 'ok',
    matches: matches.map((match) => match.text),
    cursor_start,
    cursor_end,
    // JupyterLab shows the type beside each match.
    metadata: {
      _jupyter_types_experimental: matches.map(({ text, type = '', signature = '' }) => {
        return { text, type, signature, start: cursor_start, end: cursor_end };
      }),
    },
  };
}

function text(content: Content, field: string): string {
  if (typeof content[field] !== 'string') throw new TypeError(`the request needs a string as ${field}`);
  return content[field];
}

/** The protocol counts code points; without a position the end of the code is meant. */
function cursor({ cursor_pos }: Content, code: string): number {
  return Number.isInteger(cursor_pos) ? utf16(code, cursor_pos as number) : code.length;
}
