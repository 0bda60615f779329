/** A session with the kernel as text: what the client sent, and for each request what came back on which channel. */
import type { KernelClient } from '../../kernel/wire/client.ts';
import type { Content, Message } from '../../kernel/wire/protocol.ts';

export type Step = { type: string; content: Content; channel?: 'shell' | 'control'; answers?: string[] };

/** Sends the steps one after the other. Ids, dates, versions and addresses are numbered or left out: they differ each time. */
export async function record(client: KernelClient, steps: Step[]): Promise<string> {
  const lines: string[] = [];
  const names = new Map<string, string>();
  const name = (id: string, kind: string) => {
    if (!names.has(id))
      names.set(id, `${kind}-${[...names.values()].filter((one) => one.startsWith(kind)).length + 1}`);
    return names.get(id)!;
  };
  for (const { type, content, channel = 'shell', answers = [] } of steps) {
    const onInput = (prompt: string, password: boolean) => {
      lines.push(`← stdin input_request ${JSON.stringify({ prompt, password })}`);
      const value = answers.shift() ?? '';
      lines.push(`→ stdin input_reply ${JSON.stringify({ value, status: 'ok' })}`);
      return value;
    };
    lines.push(`→ ${channel} ${type} ${JSON.stringify(content)}`);
    // Told to all clients after idle: it may come before or after the exchange has ended.
    const told = Promise.withResolvers<Message>();
    if (type === 'shutdown_request')
      client.onIopub((message) => message.header.msg_type === 'shutdown_reply' && told.resolve(message));
    const exchange = client.start(type, content, { channel, timeout: 20_000, onInput });
    const iopub: Message[] = [];
    for await (const message of exchange.iopub) iopub.push(message);
    if (type === 'shutdown_request' && iopub.at(-1)?.header.msg_type !== 'shutdown_reply')
      iopub.push(await told.promise);
    const shown = iopub.map((message) => `← iopub ${line(message, name)}`);
    const hasReply = type.endsWith('_request');
    if (hasReply) shown.push(`← ${channel} ${line(await exchange.reply, name)}`);
    lines.push(...shown, '');
  }
  return lines.join('\n');
}

function line({ header, metadata, content }: Message, name: (id: string, kind: string) => string): string {
  const replaced = JSON.stringify(content, (key, value) => {
    if (key === 'traceback') return '<traceback>';
    if (key === 'comms') return Object.fromEntries(Object.entries(value).map(([id, comm]) => [name(id, 'comm'), comm]));
    if (typeof value !== 'string' && typeof value !== 'number') return value;
    if (/_port$/.test(key)) return '<port>';
    if (key === 'comm_id' && /^[0-9a-f-]{36}$/.test(String(value))) return name(String(value), 'comm');
    // Their words are pinned by tests of their own.
    if (key === 'signature' || (key.includes('/') && key !== 'text/plain')) return `<${key}>`;
    if (/version$|^banner$|^url$/.test(key) && key !== 'protocol_version') return `<${key}>`;
    return value;
  });
  return `${header.msg_type} ${replaced}${Object.keys(metadata).length ? ` metadata ${JSON.stringify(metadata)}` : ''}`;
}
