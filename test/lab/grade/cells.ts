import { writeFileSync } from 'node:fs';
import type { Cell } from '../../../lab/src/run/notebook.ts';

export type Kind = 'solution' | 'test' | 'manual' | 'given';
/** A cell of an assignment. */
export function cell(id: string, source: string, kind?: Kind, points = 0) {
  const nbgrader = kind && {
    schema_version: 3,
    grade_id: id,
    points,
    grade: kind === 'test' || kind === 'manual',
    solution: kind === 'solution' || kind === 'manual',
    locked: kind === 'test' || kind === 'given',
    task: false,
  };
  const cell_type = 'code' as Cell['cell_type'];
  return { cell_type, id, metadata: nbgrader ? { nbgrader } : {}, source, outputs: [], execution_count: null };
}
export type Cells = ReturnType<typeof cell>[];
export function put(path: string, cells: Cells): string {
  const kernelspec = { name: 'typelab', display_name: 'TypeScript (typelab)', language: 'typescript' };
  writeFileSync(path, JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }));
  return path;
}
