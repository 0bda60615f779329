/** The kernels that are compared, and the same cells in each one's language. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownKernelspec } from '../../../kernel/kernelspec.ts';
import type { KernelCommand } from '../../../kernel/wire/start.ts';
import { root } from '../../helpers/root.ts';

export type Peer = {
  name: 'typelab' | 'tslab' | 'Deno' | 'ipykernel';
  version: string;
  spec: KernelCommand;
  cells: Cells;
};

type Cells = {
  /** undefined where the kernel's language has no such thing. */
  tfjs: string | undefined;
  /** Prints `line 0` to `line 99999`. */
  lines: string;
  /** Shows ten million characters of HTML. */
  html: string;
  /** `kept = 1`, to be found after an interrupt. */
  keep: string;
  loop: string;
  /** Has `kept` as its value. */
  kept: string;
  /** A member that is half typed. */
  member: string;
  /** A name to ask about. */
  name: string;
  variable(n: number): string;
  /** Another one for each n: tslab remembers the answer for a cell that comes again. */
  trivial(n: number): string;
};

const typescript: Cells = {
  tfjs: "import * as tf from '@tensorflow/tfjs';\ntf.tensor1d([1, 2]).sum().arraySync()",
  lines: 'for (let i = 0; i < 100000; i++) console.log("line " + i)',
  html: "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': 'x'.repeat(10_000_000) }) })",
  keep: 'let kept = 1',
  loop: 'while (true) {}',
  kept: 'kept',
  member: 'Math.ma',
  name: 'kept',
  variable: (n) => `const v${n} = ${n}`,
  trivial: (n) => `${n}+1`,
};

/** @returns those that are here; what is missing is told with the way to get it */
export function peers(say: (line: string) => void): Peer[] {
  const found: Peer[] = [
    { name: 'typelab', version: versionOf('.'), spec: ownKernelspec(), cells: typescript },
    {
      name: 'tslab',
      version: versionOf('node_modules/tslab'),
      spec: {
        argv: [
          process.execPath,
          join(root, 'node_modules/tslab/bin/tslab'),
          'kernel',
          '--config-path',
          '{connection_file}',
        ],
        interrupt_mode: 'signal',
      },
      cells: { ...typescript, html: "import { display } from 'tslab';\ndisplay.html('x'.repeat(10_000_000))" },
    },
  ];
  const deno = denoProgram(say);
  if (deno) {
    found.push({
      name: 'Deno',
      version: denoVersion,
      spec: { argv: [deno, 'jupyter', '--kernel', '--conn', '{connection_file}'], interrupt_mode: 'message' },
      cells: {
        ...typescript,
        html: "await Deno.jupyter.broadcast('display_data', { data: { 'text/html': 'x'.repeat(10_000_000) }, metadata: {} })",
      },
    });
  }
  const python = join(root, '.venv/bin/python');
  if (existsSync(python)) {
    found.push({
      name: 'ipykernel',
      version: execFileSync(python, ['-c', 'import ipykernel; print(ipykernel.__version__, end="")'], {
        encoding: 'utf8',
      }),
      spec: { argv: [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}'], interrupt_mode: 'signal' },
      cells: {
        tfjs: undefined,
        lines: 'for i in range(100000): print(f"line {i}")',
        html: 'from IPython.display import display, HTML\ndisplay(HTML("x" * 10_000_000))',
        keep: 'kept = 1',
        loop: 'while True: pass',
        kept: 'kept',
        member: 'kept.bit',
        name: 'kept',
        variable: (n) => `v${n} = ${n}`,
        trivial: (n) => `${n}+1`,
      },
    });
  } else say('ipykernel is left out: npm test makes .venv, which has it');
  return found;
}

const denoVersion = '2.9.6';

/** 92 MB that only this command needs: it is fetched by npm, once, beside what is installed. */
function denoProgram(say: (line: string) => void): string | undefined {
  const libc = process.platform === 'linux' ? '-glibc' : '';
  const name = `@deno/${process.platform}-${process.arch}${libc}`;
  const folder = join(root, 'node_modules/.cache/typelab-bench');
  const program = join(folder, 'node_modules', name, process.platform === 'win32' ? 'deno.exe' : 'deno');
  if (existsSync(program)) return program;
  say(`installing ${name}@${denoVersion} …`);
  mkdirSync(folder, { recursive: true });
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  try {
    const args = ['install', '--prefix', folder, '--no-save', '--no-fund', '--no-audit', `${name}@${denoVersion}`];
    execFileSync(npm[0]!, [...npm.slice(1), ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  } catch {}
  if (existsSync(program)) return program;
  say(`Deno is left out: npm could not install ${name}`);
  return undefined;
}

function versionOf(folder: string): string {
  return (JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { version: string }).version;
}
