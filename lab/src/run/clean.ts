import { readNotebook, writeNotebook } from './notebook.ts';

/** `typelab clean`: takes outputs and counts out, for version control; ids and metadata stay. Returns whether the file changed. */
export async function clean(path: string): Promise<boolean> {
  const notebook = await readNotebook(path, { outputs: false });
  const before = JSON.stringify(notebook);
  for (const cell of notebook.cells) {
    if (cell.cell_type !== 'code') continue;
    cell.outputs = [];
    cell.execution_count = null;
  }
  if (JSON.stringify(notebook) === before) return false;
  await writeNotebook(path, notebook);
  return true;
}
