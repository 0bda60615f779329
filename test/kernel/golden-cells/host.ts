/**
 * Session, compiler and runtime of the kernel in one process, without sockets: cases run one after the other, each in a
 * session of its own. They share a folder and a TypeScript process, which is what makes hundreds of them fast.
 */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FromRuntime, ToRuntime } from '../../../kernel/border.ts';
import { openProject, type Project } from '../../../kernel/cell/project.ts';
import { createRuntime, type Runtime } from '../../../kernel/runtime/run.ts';
import { createHistory } from '../../../kernel/session/history.ts';
import { kernelInfo } from '../../../kernel/session/kernel-info.ts';
import { createSession } from '../../../kernel/session/session.ts';
import { openTypeScript } from '../../../kernel/session/typescript.ts';
import type { Content, Header, Message } from '../../../kernel/wire/protocol.ts';
import { root } from '../../helpers/root.ts';
import type { Case, Step } from './case.ts';
import { describeMessages, type Sent } from './transcript.ts';

process.env.FORCE_COLOR = '0';
const shared = realpathSync(mkdtempSync(join(tmpdir(), 'typelab-cells-')));
process.chdir(shared);
process.on('disconnect', () => void end());
process.on('message', (given: Case) => {
  runCase(given).then(
    (text) => process.send!({ name: given.name, text }),
    (error: Error) => process.send!({ name: given.name, text: '', error: error.stack }),
  );
});

let edits = 0;
let filesBefore = false;
let sharedProject: Project | undefined;

const options = (folder: string, inJavaScript: boolean) => ({
  folder,
  inJavaScript,
  typelabLib: join(root, 'lib/index.ts'),
  typelabKernel: join(root, 'kernel/api.ts'),
});

async function runCase({ steps, inJavaScript }: Case): Promise<string> {
  for (const name of readdirSync(shared)) rmSync(join(shared, name), { recursive: true, force: true });
  // What lies there when the kernel starts, such as a tsconfig.json, comes first.
  const first = steps.findIndex(({ kind }) => kind !== 'file');
  for (const step of steps.slice(0, first)) write(step);
  const own = inJavaScript || steps.some((step) => step.kind === 'file' && /^(?:tsconfig|jsconfig)/.test(step.name));
  if (!own) sharedProject ??= openProject(options(shared, false));
  const project = own ? openProject(options(shared, inJavaScript)) : sharedProject!;
  // What a session finds resolved is quick; files that came or went have to be looked for again.
  const files = steps.some(({ kind }) => kind === 'file');
  if (files || filesBefore) project.forget();
  filesBefore = files;
  const sent: Sent[] = [];
  let runtime: Runtime | undefined;
  let session: ReturnType<typeof createSession> | undefined;
  const post = (message: ToRuntime): void => {
    if (message.kind === 'answer') runtime!.answer(message.question, message.answer);
    if (message.kind !== 'run') return;
    const done = (outcome: Extract<FromRuntime, { kind: 'done' }>['outcome']) =>
      session!.fromRuntime({ kind: 'done', id: message.id, outcome });
    void runtime!.run(structuredClone(message)).then(done);
  };
  let replied: ((content: Content) => void) | undefined;
  session = createSession({
    sockets: {
      session: 'kernel',
      reply: (_channel, request, type, content) => {
        sent.push({ step: Number(request.header.msg_id), type, content });
        replied?.(content);
        return '';
      },
      publish: (type, parent, content) => void sent.push({ step: Number(parent?.msg_id), type, content }),
      close: async () => {},
    },
    connection: {} as never,
    info: kernelInfo({ inJavaScript }),
    language: Promise.resolve(openTypeScript(shared, { project, inJavaScript })),
    history: createHistory(),
    interrupter: { interrupt: async () => {}, heard: () => {}, settled: async () => {}, busy: false, close: () => {} },
    post,
    shutdown: () => {},
    log: (line) => void sent.push({ step: 0, type: 'log', content: { line } }),
  });
  const { fromRuntime } = session;
  runtime = createRuntime({
    folder: shared,
    emit: (message) => fromRuntime(structuredClone(message)),
    pump: () => false,
    inJavaScript,
  });
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'file') {
      if (index >= first) write(step);
      continue;
    }
    const answered = new Promise<Content>((resolve) => {
      replied = resolve;
    });
    session.receive('shell', request(index + 1, step));
    await answered;
    // Idle follows the reply.
    await new Promise(setImmediate);
  }
  if (project !== sharedProject) await project.close();
  return describeMessages(steps, sent, shared);
}

function write(step: Step): void {
  if (step.kind !== 'file') return;
  const path = join(shared, step.name);
  if (step.text === undefined) {
    rmSync(path, { recursive: true, force: true });
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, step.text);
  // Two edits within the clock's resolution would look like none.
  edits += 1;
  utimesSync(path, new Date(), new Date(Date.now() + edits * 10));
}

function request(id: number, step: Exclude<Step, { kind: 'file' }>): Message {
  const type = {
    run: 'execute',
    complete: 'complete',
    inspect: 'inspect',
    source: 'inspect',
    'is-complete': 'is_complete',
  };
  const content: Content = { code: step.source };
  if ('cursor' in step) content.cursor_pos = [...step.source.slice(0, step.cursor)].length;
  if (step.kind === 'source') content.detail_level = 1;
  const header: Header = {
    msg_id: String(id),
    session: 'front end',
    username: 'user',
    date: '',
    msg_type: `${type[step.kind]}_request`,
    version: '5.5',
  };
  return { identities: [], header, parent: {}, metadata: {}, content, buffers: [] };
}

async function end(): Promise<void> {
  await sharedProject?.close();
  rmSync(shared, { recursive: true, force: true });
  process.exit(0);
}
