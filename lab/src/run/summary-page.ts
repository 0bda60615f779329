import { stripVTControlCharacters } from 'node:util';
import type { Ran } from './ci-reports.ts';

/** All notebooks of a run on one page that needs nothing else: how each ended, how long it took, and what failed. */
export function toSummaryPage(runs: Ran[]): string {
  const passed = runs.filter(({ result }) => result.status === 'passed').length;
  const rows = runs.map(({ path, result: { status, seconds, cells, problem } }) => {
    const why = problem
      ? `<details open><summary>cell ${problem.number}</summary><pre>${escapeHtml(problem.source)}</pre><pre>${escapeHtml(problem.text)}</pre></details>`
      : '';
    return `<tr class="${status}"><td>${escapeHtml(path)}${why}</td><td>${status}</td><td>${cells.length}</td><td>${seconds.toFixed(1)} s</td></tr>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${passed} of ${runs.length} notebooks passed</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.8rem; border-bottom: 1px solid #8884; }
tr.passed td:nth-child(2) { color: light-dark(#1a7f37, #3fb950); }
tr:not(.passed) td:nth-child(2) { color: light-dark(#cf222e, #ff7b72); font-weight: bold; }
pre { overflow-x: auto; }
</style>
</head>
<body>
<h1>${passed} of ${runs.length} notebooks passed</h1>
<table>
<thead><tr><th>notebook</th><th>end</th><th>cells</th><th>time</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return stripVTControlCharacters(text).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
