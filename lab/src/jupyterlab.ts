import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { installKernelspec } from '../../kernel/kernelspec.ts';

/** `typelab lab`: JupyterLab from .venv with this clone's kernel in it, opened on the course's notebook. */
export async function jupyterLab(args: string[]): Promise<void> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const venv = join(root, '.venv');
  const jupyter = join(venv, process.platform === 'win32' ? 'Scripts/jupyter.exe' : 'bin/jupyter');
  if (!existsSync(jupyter))
    throw new Error(
      `JupyterLab is not in ${venv}. Install Python 3.11–3.13 with venv (Debian: apt-get install python3-venv), then: npm run lab`,
    );
  await installKernelspec({ prefix: venv });
  // JupyterLab runs a CommonJS program that lies in there; below this package it would be read as a module, and fail on 20,000 characters.
  await writeFile(join(venv, 'package.json'), '{ "type": "commonjs" }\n');
  // Jupyter refuses root by default for servers on a network; this one listens on localhost only.
  const asRoot = process.getuid?.() === 0 ? ['--allow-root'] : [];
  const notebook = join(root, 'notebooks', '01-serving.ipynb');
  const options = [`--notebook-dir=${root}`, ...asRoot, ...args];
  const { exitCode } = await execa(jupyter, ['lab', notebook, ...options], { stdio: 'inherit', reject: false });
  process.exitCode = exitCode ?? 1;
}
