import { stripVTControlCharacters } from 'node:util';
import type { RunResult } from './run.ts';

/** A notebook's run, as reports tell it. */
export type Ran = { path: string; result: RunResult };

/** What CI systems read: a test suite for each notebook, a test case for each cell that ran. */
export function toJunit(runs: Ran[]): string {
  const suites = runs.map(({ path, result }) => {
    const cases = result.cells.map(({ number, seconds }) => {
      const failed = result.problem?.number === number && result.status !== 'passed';
      const failure = failed ? `<failure message="${xml(result.status)}">${xml(result.problem!.text)}</failure>` : '';
      return `    <testcase classname="${xml(path)}" name="cell ${number}" time="${seconds.toFixed(3)}">${failure}</testcase>`;
    });
    // What ended before a cell did, e.g. a file that is no notebook, still has to turn the suite red.
    const told = result.status === 'passed' || result.cells.some((one) => one.number === result.problem?.number);
    if (!told)
      cases.push(
        `    <testcase classname="${xml(path)}" name="notebook"><failure message="${result.status}">${xml(result.problem?.text ?? '')}</failure></testcase>`,
      );
    return `  <testsuite name="${xml(path)}" tests="${cases.length}" failures="${result.status === 'passed' ? 0 : 1}" time="${result.seconds.toFixed(3)}">\n${cases.join('\n')}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`;
}

export function toJson(runs: Ran[]): string {
  const list = runs.map(({ path, result: { status, seconds, cells, problem } }) => ({
    notebook: path,
    status,
    seconds,
    cells,
    ...(problem && { problem: { ...problem, text: stripVTControlCharacters(problem.text) } }),
  }));
  return `${JSON.stringify(list, null, 2)}\n`;
}

/** A line that GitHub shows beside the file; empty when the run passed. */
export function toAnnotation({ path, result: { status, problem } }: Ran): string {
  if (status === 'passed') return '';
  const escaped = (text: string) =>
    stripVTControlCharacters(text).replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
  const property = (text: string) => escaped(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
  const title = problem ? `cell ${problem.number} ${status}` : status;
  return `::error file=${property(path)},title=${property(title)}::${escaped(problem?.text ?? status)}`;
}

function xml(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[^\t\n\r\x20-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
