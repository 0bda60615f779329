import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.ts';

const path = join(root, '.venv', 'bin', 'python');

/** The tests' Python (TensorFlow, Jupyter …), or undefined where `npm test` found none to make it with. */
export const python = existsSync(path) ? path : undefined;

/** Goes into a test's options: `test('…', { skip: withoutPython }, …)`. */
export const withoutPython = python
  ? false
  : 'needs Python 3.11–3.13 with venv (Debian: apt-get install python3-venv), then npm test again';
