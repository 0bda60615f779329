import type { RunningKernel } from '../../../kernel/wire/start.ts';
import type { Output } from '../run/notebook.ts';
import { Outputs } from '../run/outputs.ts';

/** How a cell ended. `lost`: it took its kernel with it, or had to be ended with it. */
export type End = { status: 'ok' | 'error' | 'lost'; value?: string; text: string };

export type ExecuteLimits = { cellTimeout: number; output: number };

/** One cell within its limits; what it shows goes `into` a list. After `lost` the kernel is of no more use. */
export async function execute(
  kernel: RunningKernel,
  code: string,
  limits: ExecuteLimits,
  into: Output[],
): Promise<End> {
  const outputs = new Outputs();
  const { reply, iopub } = kernel.client.execute(code);
  const { promise: late, resolve: stop } = Promise.withResolvers<End>();
  const timer = setTimeout(
    () => stop({ status: 'lost', text: `took longer than ${limits.cellTimeout} s` }),
    limits.cellTimeout * 1000,
  );
  const collect = async () => {
    let size = 0;
    let value: string | undefined;
    for await (const { header, content } of iopub) {
      size += JSON.stringify(content).length;
      if (size > limits.output * 2 ** 20) {
        stop({ status: 'lost', text: `wrote more than ${limits.output} MB` });
        return value;
      }
      outputs.add(into, { type: header.msg_type, content });
      if (header.msg_type === 'execute_result') value = String((content.data as Record<string, unknown>)['text/plain']);
    }
    return value;
  };
  const finish = async (): Promise<End> => {
    const collected = collect();
    collected.catch(() => {});
    const { content } = await reply;
    const value = await collected;
    const text = content.status === 'error' ? `${content.ename}: ${content.evalue}` : '';
    return { status: content.status === 'ok' ? 'ok' : 'error', value, text };
  };
  const end = await Promise.race([finish().catch((error): End => ({ status: 'lost', text: error.message })), late]);
  clearTimeout(timer);
  return end.status === 'lost' ? lost(end.text, into) : end;
}

/** The end of a cell that took its kernel with it; why is among its outputs. */
export function lost(text: string, into: Output[]): End {
  into.push({ output_type: 'error', ename: 'Lost', evalue: text, traceback: [text] });
  return { status: 'lost', text };
}
