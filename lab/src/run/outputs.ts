import type { Output } from './notebook.ts';

/** An iopub message, as far as outputs are concerned. */
export type OutputMessage = { type: string; content: Record<string, unknown> };

type Displayed = Extract<Output, { output_type: 'display_data' | 'execute_result' }>;

/** Collects what the kernel sends into the outputs of cells, by the rules that front ends follow. */
export class Outputs {
  /** Displays may be updated from a later cell, so they are remembered over the whole notebook. */
  #displays = new Map<string, Displayed[]>();
  #clearBeforeNext = new Set<Output[]>();

  /** Adds the message to `outputs`; false when it is no output. */
  add(outputs: Output[], { type, content }: OutputMessage): boolean {
    if (type === 'update_display_data') return this.#update(content);
    if (type === 'clear_output') {
      if (content.wait) this.#clearBeforeNext.add(outputs);
      else outputs.length = 0;
      return true;
    }
    const output = toOutput(type, content);
    if (!output) return false;
    if (this.#clearBeforeNext.delete(outputs)) outputs.length = 0;
    const last = outputs.at(-1);
    // One stream output for each run of messages: a file with a line per message is no use to anybody.
    if (output.output_type === 'stream' && last?.output_type === 'stream' && last.name === output.name)
      last.text = `${last.text}${output.text}`;
    else outputs.push(output);
    const id = (content.transient as { display_id?: string } | undefined)?.display_id;
    if (id !== undefined && isDisplayed(output)) this.#displays.set(id, [...(this.#displays.get(id) ?? []), output]);
    return true;
  }

  #update(content: Record<string, unknown>): boolean {
    const { display_id: id = '' } = content.transient as { display_id?: string };
    for (const output of this.#displays.get(id) ?? [])
      Object.assign(output, { data: content.data, metadata: content.metadata ?? {} });
    return true;
  }
}

function isDisplayed(output: Output): output is Displayed {
  return output.output_type === 'display_data' || output.output_type === 'execute_result';
}

function toOutput(type: string, content: Record<string, unknown>): Output | undefined {
  const { name, text, data, metadata = {}, execution_count, ename, evalue, traceback } = content;
  switch (type) {
    case 'stream':
      return { output_type: 'stream', name, text } as Output;
    case 'display_data':
      return { output_type: 'display_data', data, metadata } as Output;
    case 'execute_result':
      return { output_type: 'execute_result', data, metadata, execution_count } as Output;
    case 'error':
      return { output_type: 'error', ename, evalue, traceback } as Output;
    default:
      return undefined;
  }
}
