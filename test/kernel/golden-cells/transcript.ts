/** The messages that a case's steps caused, as text that a person can review. */
import assert from 'node:assert/strict';
import { stripVTControlCharacters } from 'node:util';
import type { Content } from '../../../kernel/wire/protocol.ts';
import { root } from '../../helpers/root.ts';
import type { Step } from './case.ts';

/** What the kernel sent because of the step with that number, from 1. */
export type Sent = { step: number; type: string; content: Content };

export function describeMessages(steps: Step[], sent: Sent[], folder: string): string {
  const text = steps.map((step, index) => {
    const mine = sent.filter((one) => one.step === index + 1);
    if (step.kind === 'file') return `${step.text === undefined ? 'remove' : 'file'} ${step.name}\n`;
    checkFrame(step, mine);
    const head = step.kind === 'run' ? `In [${executionCount(mine)}]` : step.kind;
    return `${head}: ${firstLine(step.source)}\n${joined(mine).map(describe).join('')}`;
  });
  const lost = sent.filter(({ step, type }) => !(step > 0) && type !== 'status').map(describe);
  return normalise([...text, ...lost].join('\n'), folder);
}

/** Busy first and idle last, whatever happens between; the reply comes before idle, and all output of the cell before it. */
function checkFrame(step: Step, mine: Sent[]): void {
  const order = mine.map(({ type, content }) => (type === 'status' ? String(content.execution_state) : type));
  assert.equal(order[0], 'busy', 'busy comes first');
  const reply = order.findIndex((type) => type.endsWith('_reply'));
  assert.equal(order[reply + 1], 'idle', 'idle follows the reply');
  if (step.kind === 'run') assert.equal(order[1], 'execute_input', 'what is run is told');
}

const executionCount = (mine: Sent[]) => mine.find(({ type }) => type === 'execute_input')?.content.execution_count;

const firstLine = (source: string) => source.split('\n').find((line) => line.trim() !== '') ?? '';

/** How often output is sent is a matter of time. */
function joined(mine: Sent[]): Sent[] {
  const result: Sent[] = [];
  for (const one of mine) {
    if (one.type === 'status' || one.type === 'execute_input') continue;
    const last = result.at(-1);
    if (last?.type === 'stream' && one.type === 'stream' && last.content.name === one.content.name)
      last.content = { ...last.content, text: `${last.content.text}${one.content.text}` };
    else result.push({ ...one });
  }
  return result;
}

function describe({ type, content }: Sent): string {
  switch (type) {
    case 'stream':
      return block(String(content.name), content.text);
    case 'execute_result':
    case 'display_data':
    case 'update_display_data': {
      const { display_id: id } = (content.transient ?? {}) as { display_id?: string };
      const data = Object.entries(content.data as Content).map(([mime, value]) => block(mime, value));
      const metadata = content.metadata as Content;
      const more = Object.keys(metadata).length > 0 ? block('metadata', metadata) : '';
      return `  ${type}${id ? ` ${id}` : ''}\n${indent([...data, more].join(''))}`;
    }
    case 'error':
      return `  error ${content.ename}: ${content.evalue}\n${block('traceback', (content.traceback as string[]).join('\n'))}`;
    case 'execute_reply':
      // An error has been told by its own message, which the session takes for the reply too.
      return content.status === 'ok' ? '' : `  reply ${content.status}\n`;
    case 'complete_reply': {
      const types = (
        content.metadata as { _jupyter_types_experimental: { text: string; type: string; signature: string }[] }
      )._jupyter_types_experimental;
      const all = types.map(({ text, type, signature }) => `    ${text}  ${type}  ${signature}`.trimEnd());
      const shown = all.length > 25 ? [...all.slice(0, 25), `    … ${all.length} in all`] : all;
      return `  ${content.cursor_start}–${content.cursor_end}\n${shown.join('\n')}\n`;
    }
    case 'inspect_reply':
      return content.found
        ? Object.entries(content.data as Content)
            .map(([m, v]) => block(m, v))
            .join('')
        : '  not found\n';
    case 'is_complete_reply':
      return `  ${content.status}${content.indent === undefined ? '' : ` ${JSON.stringify(content.indent)}`}\n`;
    default:
      return block(type, content);
  }
}

function block(head: string, value: unknown): string {
  const text = stripVTControlCharacters(typeof value === 'string' ? value : JSON.stringify(value));
  if (!text.includes('\n') && text.length < 100) return `  ${head}: ${text}\n`;
  return `  ${head}:\n${indent(indent(text.endsWith('\n') ? text : `${text}\n`))}`;
}

const indent = (text: string) => text.replace(/^(?=.)/gm, '  ');

/** Folders, ids and versions differ from run to run. */
function normalise(text: string, folder: string): string {
  return (
    text
      .replaceAll(folder, '/notebook')
      .replaceAll(root, '/typelab')
      .replaceAll(process.version, 'v24')
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
      .replace(/\?typelab=\d+/g, '')
      // How deep a stack may get depends on what V8 has compiled.
      .replace(/… \d+,\d+ more frames/g, '… N more frames')
      .replace(/[ \t]+$/gm, '')
  );
}
