import type { Cell, Notebook, Output } from '../run/notebook.ts';
import { escapeHtml, toPage } from '../run/page.ts';
import { gradedOf, hidesTests } from './assignment.ts';
import { ENDED } from './by-value/values.ts';
import { hintsOf } from './hints.ts';
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

/** A student's own cells and what they showed, the tests without their hidden part, and the points. */
export async function toFeedback(source: Notebook, { grade, ran, shown }: GradedSubmission): Promise<string> {
  const { student, score, max_score, notes = [], manual = [], late, error } = grade;
  const deducted = late ? [`${late.points} points less, ${late.days} ${late.days === 1 ? 'day' : 'days'} late`] : [];
  const more = [...notes, ...deducted, ...(error ? [error] : [])].map((one) => `<li>${escapeHtml(one)}</li>`).join('');
  const summary = html(`<h1>${escapeHtml(student)}: ${score} of ${max_score} points</h1>${more && `<ul>${more}</ul>`}`);
  const hints = hintsOf(source.cells.filter((cell) => gradedOf(cell)?.locked));
  const cells = shown.flatMap(({ cell, graded }, i) => {
    if (!graded?.grade && !graded?.task) return [cell];
    const id = graded.grade_id;
    const [points, most] = [grade.cells[id] ?? 0, graded.points ?? 0];
    // What is shown comes from a run without the hidden tests: of theirs there is only the teacher's sentence.
    const failed = errorOf(ran[i]?.cell);
    const hidden = failed && !errorOf(cell) ? [withSentence(failed, hints, hidesTests(ran[i]!))] : [];
    const kind = manual.includes(id) ? 'open' : points >= most ? 'all' : points > 0 ? 'some' : 'none';
    const text = kind === 'open' ? `a person still reads this (${most} points)` : `${points} of ${most} points`;
    return [
      { ...cell, ...(hidden.length > 0 && { outputs: [...(cell.outputs ?? []), ...hidden] }) },
      html(`<p class="mark ${kind}"><b>${escapeHtml(id)}</b>: ${text}</p>`),
    ];
  });
  return toPage({ ...source, cells: [summary, ...cells] }, student);
}

function html(source: string): Cell {
  return { cell_type: 'markdown', metadata: {}, source };
}

type Failure = Extract<Output, { output_type: 'error' }>;

function errorOf(cell: Cell | undefined): Failure | undefined {
  return cell?.outputs?.findLast((one) => one.output_type === 'error');
}

/** What the test itself says where it fails (`assert.ok(…, 'the sentence')`), or the grader: neither tells what is hidden. */
function withSentence(failure: Failure, hints: Set<string>, hides: boolean): Failure {
  // assert adds the compared values below.
  const first = failure.evalue.split('\n', 1)[0]!;
  const told = hints.has(first) || failure.ename === 'Lost' || first === ENDED;
  const other = hides
    ? 'a hidden test does not pass'
    : 'it did not pass after the hidden tests, which were run once more';
  const sentence = told ? first : other;
  return { ...failure, ename: 'HiddenTest', evalue: sentence, traceback: [sentence] };
}

/** A spreadsheet takes a field that starts with one of these for a formula. */
function field(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
