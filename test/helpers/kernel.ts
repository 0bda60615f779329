import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CellLanguage, ownKernelspec } from '../../kernel/kernelspec.ts';
import type { ExchangeOptions } from '../../kernel/wire/client.ts';
import type { ExecuteReply, ExecuteRequest, Message } from '../../kernel/wire/protocol.ts';
import { type RunningKernel, type StartOptions, startKernel } from '../../kernel/wire/start.ts';
import { schemaError } from './schema.ts';

export type Executed = {
  reply: ExecuteReply & { status: string };
  /** The iopub messages between busy and idle, without execute_input. */
  outputs: Message[];
  /** All iopub messages. */
  all: Message[];
  stdout: string;
  stderr: string;
};

export type TestKernel = RunningKernel & {
  folder: string;
  /** What the kernel program wrote to its own stdout and stderr. */
  log(): string;
  run(code: string, options?: Partial<ExecuteRequest> & ExchangeOptions): Promise<Executed>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** The real kernel in a temporary folder, without the user's history. Whatever it sends must be as the specification says: told when it is disposed. */
export async function testKernel(
  options: StartOptions = {},
  language: CellLanguage = 'typescript',
): Promise<TestKernel> {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-test-'));
  let log = '';
  const kernel = await startKernel(ownKernelspec({}, language), {
    cwd: folder,
    ...options,
    env: { ...process.env, JUPYTER_DATA_DIR: join(folder, 'data'), ...options.env },
    onOutput: (text) => {
      log += text;
    },
  });
  const wrong = new Set<string>();
  const check = (message: Message) => {
    const error = schemaError(message);
    if (error) wrong.add(error);
  };
  kernel.client.onIopub(check);
  const { start } = kernel.client;
  kernel.client.start = (type, content, given) => {
    const exchange = start<never>(type, content, given);
    exchange.reply.then(check, () => {});
    return exchange;
  };
  return {
    ...kernel,
    folder,
    log: () => log,
    async run(code, given = {}) {
      const { reply, iopub } = kernel.client.execute(code, { timeout: 20_000, ...given });
      const all: Message[] = [];
      for await (const message of iopub) all.push(message);
      const outputs = all.filter(({ header }) => !['status', 'execute_input'].includes(header.msg_type));
      const text = (name: string) =>
        outputs
          .filter(({ header, content }) => header.msg_type === 'stream' && content.name === name)
          .map(({ content }) => content.text)
          .join('');
      return { reply: (await reply).content, outputs, all, stdout: text('stdout'), stderr: text('stderr') };
    },
    async [Symbol.asyncDispose]() {
      await kernel.shutdown();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
      if (wrong.size) throw new Error(`not as the protocol's specification says:\n${[...wrong].join('\n')}`);
    },
  };
}
