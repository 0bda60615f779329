/** The main thread's half of the kernel in a process of its own: it takes over console, exit and late errors, which a test needs. */
import type { ToRuntime } from '../../../kernel/border.ts';
import { createRuntime } from '../../../kernel/runtime/run.ts';

const runtime = createRuntime({ folder: process.cwd(), emit: (message) => process.send!(message) });

process.on('message', (message: ToRuntime) => {
  if (message.kind === 'run')
    runtime.run(message).then((outcome) => process.send!({ kind: 'done', id: message.id, outcome }));
  else if (message.kind === 'interrupt') runtime.interrupt();
  else if (message.kind === 'answer') runtime.answer(message.question, message.answer);
  else if (message.kind === 'comm') void runtime.comm(message);
  else if (message.kind === 'input') runtime.input(message.id, message.value);
  else runtime.close().then(() => process.send!({ kind: 'closed' }, () => process.exit(0)));
});
process.on('disconnect', () => process.exit(0));
process.send!({ kind: 'ready' });
