/** Results → Markdown, and a suite's part of RESULTS.md. */
import { isMet, type Limit, type Results, type Table } from './suite.ts';

export function markdown(title: string, when: string, { about, tables, limits }: Results): string {
  const parts = [`## ${title}`, `${when}. ${about}`, ...tables.map(table)];
  if (limits.length > 0) parts.push('### Limits', table(limitTable(limits)));
  return `${parts.join('\n\n')}\n`;
}

/** The other suites' parts stay as they are. */
export function replacePart(text: string, name: string, part: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const before = text.indexOf(open);
  const after = text.indexOf(close);
  const whole = `${open}\n${part}${close}`;
  if (before < 0 || after < 0) return `${text.trimEnd()}\n\n${whole}\n`;
  return text.slice(0, before) + whole + text.slice(after + close.length);
}

/** For the terminal and the exit code: every limit in a line. */
export function verdict(limit: Limit): string {
  const met = isMet(limit);
  if (met === undefined) return `not measured  ${limit.what}`;
  const figures = `${figure(limit.measured)} ${limit.unit}, limit ${limit.atLeast ? '≥' : '≤'} ${figure(limit.limit)} ${limit.unit}`;
  return met ? `met           ${limit.what}: ${figures}` : `NOT MET       ${limit.what}: ${figures} (${missed(limit)})`;
}

export function table({ title, columns, rows }: Table): string {
  const lines = [columns, columns.map((_, i) => (i === 0 ? '---' : '--:')), ...rows].map(
    (row) => `| ${row.map(figure).join(' | ')} |`,
  );
  return `${title ? `### ${title}\n\n` : ''}${lines.join('\n')}`;
}

function limitTable(limits: Limit[]): Table {
  return {
    columns: ['line', 'measured', 'limit', 'met'],
    rows: limits.map((limit) => {
      const met = isMet(limit);
      const with_ = (value: number | undefined) => (value === undefined ? '–' : `${figure(value)} ${limit.unit}`);
      return [
        limit.what,
        with_(limit.measured),
        `${limit.atLeast ? '≥' : '≤'} ${with_(limit.limit)}`,
        met === undefined ? 'not measured' : met ? 'yes' : `no, ${missed(limit)}${limit.why ? `: ${limit.why}` : ''}`,
      ];
    }),
  };
}

function missed({ measured, limit }: Limit): string {
  return `${(measured! / limit!).toFixed(2)} × the limit`;
}

function figure(value: string | number | undefined): string {
  if (value === undefined) return '–';
  if (typeof value === 'string') return value;
  if (!Number.isFinite(value)) return '–';
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}
