/** Runs execute_requests one after the other, in the order in which they came. */
import type { RunOutcome, ToRuntime } from '../border.ts';
import type { CompiledCell } from '../cell/compile.ts';
import type { Content, ErrorContent, ExecuteReply, ExecuteRequest, Message } from '../wire/protocol.ts';
import type { Sockets } from '../wire/sockets.ts';
import type { History } from './history.ts';
import type { Language } from './language.ts';
import type { Output } from './output.ts';

export type Executor = {
  /** `reply` answers; it is called when the request's turn has come, between its busy and its idle. */
  enqueue(request: Message, turn: Turn): void;
  /** The run in progress; undefined while the kernel waits for requests. */
  current(): Message | undefined;
  /** What a run had as its result goes into the history. */
  result(id: string, data: Content): void;
  /** The runtime's outcome of a run. */
  done(id: string, outcome: RunOutcome): void;
  /** Ends the cell in progress where the runtime cannot: while it is compiled. */
  interrupt(): void;
  /** Ends that run as interrupted if it still goes on. */
  abandon(id: string): void;
};

/** Puts busy, the reply that `body` returns, and idle around a request. */
export type Turn = (body: () => Promise<ExecuteReply>) => Promise<void>;

export type ExecutorOptions = {
  language: Promise<Language>;
  post(message: ToRuntime): void;
  publish: Sockets['publish'];
  output: Output;
  history: History;
  /** Resolves when nothing stands in the way of a run. */
  ready(): Promise<void>;
};

type Queued = { request: Message; turn: Turn };
type Current = {
  request: Message;
  stored: boolean;
  settle(outcome: RunOutcome): void;
  /** The runtime has it. */
  posted: boolean;
  interrupted: boolean;
};

/** As the runtime reports it. */
const INTERRUPTED: RunOutcome = {
  status: 'error',
  ename: 'KeyboardInterrupt',
  evalue: 'Interrupted',
  traceback: ['KeyboardInterrupt: Interrupted'],
};

export function createExecutor({ language, post, publish, output, history, ready }: ExecutorOptions): Executor {
  let queue: Queued[] = [];
  let count = 0;
  let current: Current | undefined;
  let working = false;

  async function work(): Promise<void> {
    working = true;
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { request, turn } = next;
      let aborted: Queued[] = [];
      await turn(async () => {
        const reply = await execute(request).catch(
          (error: Error): ExecuteReply => ({ status: 'error', execution_count: count, ...errorContent(error) }),
        );
        const { silent, stop_on_error } = request.content;
        // A silent request, e.g. a front end's own look at the variables, fails for itself, as in ipykernel.
        if (reply.status === 'error' && stop_on_error !== false && silent !== true) {
          // What was sent before the client could know of the error is aborted. The queue is emptied before the reply
          // goes out: a fast client's next request can be here before this function goes on.
          await pendingInput();
          aborted = queue;
          queue = [];
        }
        return reply;
      });
      for (const { turn } of aborted) await turn(async () => ({ status: 'aborted', execution_count: count }));
    }
    working = false;
  }

  async function execute(message: Message): Promise<ExecuteReply> {
    const request = parseRequest(message.content);
    const { code, silent, store_history } = request;
    const parent = message.header;
    const number = count + 1;
    if (store_history) {
      count = number;
      history.add(number, code);
    }
    const execution_count = count;
    output.open(parent, execution_count, silent);
    if (!silent) publish('execute_input', parent, { code, execution_count });
    const outcome = await run(message, request, number);
    output.flush();
    if (outcome.status === 'ok') {
      return {
        status: 'ok',
        execution_count,
        user_expressions: outcome.userExpressions,
        payload: outcome.payload ?? [],
      };
    }
    const { ename, evalue, traceback } = outcome;
    output.fail(parent.msg_id, { ename, evalue, traceback });
    return { status: 'error', execution_count, ename, evalue, traceback };
  }

  async function run(request: Message, asked: ExecuteRequest, number: number): Promise<RunOutcome> {
    const { promise, resolve } = Promise.withResolvers<RunOutcome>();
    const mine: Current = { request, stored: asked.store_history, settle: resolve, posted: false, interrupted: false };
    current = mine;
    const start = async () => {
      const compiler = await language;
      const cell = await compiler.compile(asked.code, number);
      if (isFailure(cell)) return resolve({ status: 'error', ...cell });
      const { compiled, failed } = await expressions(compiler, asked.user_expressions, number);
      await ready();
      if (mine.interrupted) return;
      mine.posted = true;
      const { silent, allow_stdin: allowStdin } = asked;
      post({ kind: 'run', id: request.header.msg_id, cell, silent, allowStdin, userExpressions: compiled });
      const outcome = await promise;
      if (outcome.status === 'ok') Object.assign(outcome.userExpressions, failed);
    };
    start().catch((error: Error) => resolve({ status: 'error', ...errorContent(error) }));
    try {
      const outcome = await promise;
      return outcome;
    } finally {
      current = undefined;
    }
  }

  return {
    enqueue(request, turn) {
      queue.push({ request, turn });
      if (!working) void work();
    },
    current: () => current?.request,
    result(id, data) {
      if (current?.request.header.msg_id !== id || !current.stored) return;
      history.addOutput(count, String(data['text/plain'] ?? ''));
    },
    done(id, outcome) {
      if (current?.request.header.msg_id === id) current.settle(outcome);
    },
    interrupt() {
      if (!current || current.posted) return;
      current.interrupted = true;
      current.settle(INTERRUPTED);
    },
    abandon(id) {
      if (current?.request.header.msg_id === id) current.settle(INTERRUPTED);
    },
  };
}

/** What the protocol leaves open gets its default. @throws when there is no code */
function parseRequest(content: Content): ExecuteRequest {
  const { code, silent = false, user_expressions } = content;
  if (typeof code !== 'string') throw new TypeError(`execute_request needs a string as code, not ${typeof code}`);
  return {
    code,
    silent: silent === true,
    // A blank cell leaves no trace, as in IPython.
    store_history: content.store_history !== false && silent !== true && code.trim() !== '',
    user_expressions: (user_expressions ?? {}) as Record<string, string>,
    allow_stdin: content.allow_stdin !== false,
    stop_on_error: content.stop_on_error !== false,
  };
}

async function expressions(compiler: Language, sources: Record<string, unknown>, number: number) {
  const compiled: Record<string, CompiledCell> = {};
  const failed: Record<string, { status: 'error' } & ErrorContent> = {};
  for (const [name, source] of Object.entries(sources)) {
    const cell = typeof source === 'string' ? await compiler.expression(source, number) : notCode(name, source);
    if (isFailure(cell)) failed[name] = { status: 'error', ...cell };
    else compiled[name] = cell;
  }
  return { compiled, failed };
}

function notCode(name: string, source: unknown): ErrorContent {
  return errorContent(new TypeError(`user_expressions needs a string as ${name}, not ${typeof source}`));
}

function isFailure(cell: CompiledCell | ErrorContent): cell is ErrorContent {
  return 'ename' in cell;
}

/** For an error of the kernel itself: its stack is for the log. */
export function errorContent({ name, message }: Error): ErrorContent {
  return { ename: name, evalue: message, traceback: [`${name}: ${message}`] };
}

async function pendingInput(): Promise<void> {
  for (let round = 0; round < 2; round++) await new Promise((resolve) => setImmediate(resolve));
}
