import type { Notebook } from '../run/notebook.ts';
import { textOf } from '../run/notebook.ts';
import { toPage } from '../run/page.ts';
import { withoutHiddenTests } from './assignment.ts';
import type { Grade, GradedSubmission } from './submission.ts';

export function toCsv(grades: Grade[]): string {
  const ids = [...new Set(grades.flatMap(({ cells }) => Object.keys(cells)))];
  const rows = grades.map(({ student, score, max_score, cells }) => [
    student,
    score,
    max_score,
    ...ids.map((id) => cells[id] ?? 0),
  ]);
  return [['student', 'score', 'max_score', ...ids], ...rows].map((row) => `${row.map(field).join(',')}\n`).join('');
}

/** A student's own cells and outputs, the tests without their hidden part, and the points. */
export async function toFeedback(source: Notebook, { grade, ran }: GradedSubmission): Promise<string> {
  const { student, score, max_score, notes = [], manual = [], late, error } = grade;
  const deducted = late ? [`${late.points} points less, ${late.days} ${late.days === 1 ? 'day' : 'days'} late`] : [];
  const more = [...notes, ...deducted, ...(error ? [error] : [])].map((one) => `\n- ${one}`).join('');
  const summary = {
    cell_type: 'markdown' as const,
    metadata: {},
    source: `# ${student}: ${score} of ${max_score} points\n${more}`,
  };
  const cells = ran.flatMap(({ cell, graded }) => {
    if (!graded?.grade && !graded?.task) return [cell];
    const id = graded.grade_id;
    const points = manual.includes(id) ? 'read by a person' : `${grade.cells[id]} of ${graded.points ?? 0} points`;
    const visible = withoutHiddenTests(textOf(cell.source));
    // A traceback quotes the lines that failed: where some are hidden, none of the output is shown.
    const hides = graded.locked && visible !== textOf(cell.source).trimEnd();
    const shown = { ...cell, source: visible, ...(hides && { outputs: [] }) };
    return [shown, { cell_type: 'markdown' as const, metadata: {}, source: `**${id}: ${points}**` }];
  });
  return toPage({ ...source, cells: [summary, ...cells] }, student);
}

/** A spreadsheet takes a field that starts with one of these for a formula. */
function field(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
