import { after } from 'node:test';
import { golden } from './golden.ts';
import { openNotebook } from './notebook.ts';

const notebook = openNotebook({ 'mod.ts': 'export const size: number = 1;\n' });
after(() => notebook.close());
const ready = notebook.compile(
  'const text = "a"; let count = 0; class Point { constructor(public x: number) {} }\ninterface Config { url: string; retries?: number }\nfunction half(n: number) { return n / 2 }',
);

golden('errors.txt', async (source) => {
  await ready;
  const cell = await notebook.cells.compile(source, 3);
  if ('code' in cell) return 'compiles';
  return `${cell.ename}: ${cell.evalue}\n\n${cell.traceback.join('\n').replace(/\x1b\[[\d;]*m/g, '')}`;
});
