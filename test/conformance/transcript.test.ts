import { join } from 'node:path';
import { test } from 'node:test';
import { testKernel } from '../helpers/kernel.ts';
import { root } from '../helpers/root.ts';
import { record, type Step } from './transcript.ts';

const execute = (code: string, more: Record<string, unknown> = {}) => ({
  type: 'execute_request',
  content: {
    code,
    silent: false,
    store_history: true,
    user_expressions: {},
    allow_stdin: false,
    stop_on_error: true,
    ...more,
  },
});

/** Every request there is, well and badly used. */
const session: Step[] = [
  { type: 'kernel_info_request', content: {} },
  { type: 'kernel_info_request', content: {}, channel: 'control' },
  { type: 'connect_request', content: {} },
  execute('1 + 2'),
  execute("console.log('out'); console.error('err'); ({ a: 1 })"),
  execute(''),
  execute("console.log('unheard'); 5", { silent: true }),
  execute('6', { store_history: false }),
  execute('let later = 20', { user_expressions: { double: 'later * 2', missing: 'nowhere', broken: '1 +' } }),
  execute("throw new RangeError('too far')"),
  execute('const n: number = "text"'),
  execute("import { clearOutput, display, input, page, setNextInput, updateDisplay } from 'typelab/kernel'"),
  execute("display({ 'text/html': '<b>x</b>' }, { raw: true, id: 'place' }); updateDisplay('y', { id: 'place' })"),
  execute('clearOutput({ wait: true })'),
  execute("setNextInput('next'); await page('a page')"),
  {
    ...execute("[await input('name? '), await input('key ', { password: true }), prompt('now?')]", {
      allow_stdin: true,
    }),
    answers: ['Ada', 'secret', 'yes'],
  },
  execute("await input('nobody? ')"),
  { type: 'complete_request', content: { code: 'console.deb', cursor_pos: 11 } },
  { type: 'complete_request', content: { code: 5 } as never },
  { type: 'inspect_request', content: { code: 'later', cursor_pos: 3, detail_level: 0 } },
  { type: 'inspect_request', content: { code: 'nowhere', cursor_pos: 3, detail_level: 1 } },
  { type: 'is_complete_request', content: { code: 'if (later) {' } },
  { type: 'is_complete_request', content: { code: '1' } },
  { type: 'is_complete_request', content: { code: 'const = 1' } },
  { type: 'history_request', content: { hist_access_type: 'tail', n: 2, output: true, raw: true } },
  {
    type: 'history_request',
    content: { hist_access_type: 'range', session: 0, start: 1, stop: 3, output: false, raw: true },
  },
  {
    type: 'history_request',
    content: { hist_access_type: 'search', pattern: '*later*', unique: true, n: 5, output: false, raw: true },
  },
  { type: 'comm_info_request', content: {} },
  { type: 'comm_open', content: { comm_id: 'front', target_name: 'nobody', data: {} } },
  execute("import { openComm } from 'typelab/kernel'; openComm('viewer', { a: 1 }).send({ b: 2 })"),
  { type: 'comm_info_request', content: { target_name: 'viewer' } },
  { type: 'interrupt_request', content: {}, channel: 'control' },
  { type: 'debug_request', content: { type: 'request', seq: 1, command: 'initialize' }, channel: 'control' },
  { type: 'teleport_message', content: {} },
  { type: 'shutdown_request', content: { restart: false }, channel: 'control' },
];

test('a session is, in both directions, what was recorded', async (t) => {
  await using kernel = await testKernel();
  const transcript = await record(kernel.client, session);
  t.assert.fileSnapshot(transcript, join(root, 'test/wire/session.transcript'), { serializers: [String] });
});
