import { type CellFailure, failure, type Problem } from './failure.ts';
import type { CellImports } from './imports.ts';
import type { Parsed } from './parse.ts';
import type { Split } from './split.ts';
import type { CheckText } from './texts.ts';
import { clean } from './wording.ts';

/** What this file needs of TypeScript's diagnostics. */
export type Diagnostic = {
  fileName?: string | undefined;
  pos: number;
  end: number;
  code: number;
  category: number;
  text: string;
  messageChain?: readonly Diagnostic[] | undefined;
  relatedInformation?: readonly Diagnostic[] | undefined;
};

/** What TypeScript complains of, and what it saw. */
export type Checked = {
  cell: readonly Diagnostic[];
  imports: readonly Diagnostic[];
  text: CheckText;
  importsText: string;
  cellImports: CellImports;
  split: Split;
  words: Words;
};

/** How a message is told to the user. */
export type Words = {
  /** The notebook's folder. */
  folder: string;
  /** `Cell In[2], line 1:5` where the user can go there. */
  placeOf(related: Diagnostic): string | undefined;
};

/**
 * Complaints that make no sense in a notebook: an untyped package is `any` (7016), a cell's last line may be any expression.
 * 1375, 1378, 1432: top-level await. 1202, 1203: `import x = require()`. 7059, 7060: the file's name ends in .mts, so that
 * default imports mean what they mean to Node. 6133 and the rest are hints.
 */
const ignored = new Set([7016, 1375, 1378, 1432, 1202, 1203, 7059, 7060, 6133, 6192, 6196, 6198, 80005]);

/** Syntax errors, in the cell's own offsets. */
export function syntaxFailure(
  parsed: Parsed,
  split: Split,
  source: string,
  number: number,
  diagnostics: readonly Diagnostic[] = [],
  words: Words = { folder: '', placeOf: () => undefined },
): CellFailure | undefined {
  if (parsed.errors.length === 0) return undefined;
  // Those after the first mostly follow from it.
  const errors = diagnostics.filter(isError).sort((a, b) => a.pos - b.pos);
  const [{ start, end, message: ours }] = parsed.errors as [Parsed['errors'][number]];
  const first =
    errors.find(isSyntax) ?? errors.find(({ pos, code }) => pos >= start && pos <= end && !unknownName.has(code));
  if (first && !ours.startsWith('JSX')) {
    const message = `TS${first.code}: ${clean(first.text, words.folder)}`;
    const [start, end] = [split.toSource(first.pos), split.toSource(first.end)];
    const problem = { message, start, end, ...notesOf(first, words) };
    return failure('SyntaxError', [problem], source, number);
  }
  const problems = parsed.errors.map(({ message, start, end, help }) => ({
    message,
    start: split.toSource(start),
    end: split.toSource(end),
    ...(help ? { notes: [help] } : {}),
  }));
  return failure('SyntaxError', problems, source, number);
}

/** What TypeScript found in the cell and in its imports, in the cell's own offsets and order. */
export function problemsOf({ cell, imports, text, importsText, cellImports, split, words }: Checked): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const add = (diagnostic: Diagnostic, start: number, end: number, specifier?: string) => {
    const key = `${diagnostic.code} ${start}`;
    if (seen.has(key)) return;
    seen.add(key);
    problems.push({
      message: messageWithCode(diagnostic, specifier, words),
      start: split.toSource(start),
      end: split.toSource(end),
      ...notesOf(diagnostic, words),
    });
  };
  for (const diagnostic of cell) {
    if (!isError(diagnostic)) continue;
    const stand = text.stands.find((one) => diagnostic.pos >= one.start && diagnostic.pos < one.end);
    if (stand) add(diagnostic, stand.forStart, stand.forEnd);
    else if (diagnostic.pos < split.text.length || diagnostic.code < 2000)
      add(diagnostic, Math.min(diagnostic.pos, split.text.length), Math.min(diagnostic.end, split.text.length));
  }
  for (const diagnostic of imports) {
    if (!isError(diagnostic)) continue;
    const lineStart = importsText.lastIndexOf('\n', diagnostic.pos - 1) + 1;
    const line = importsText.slice(lineStart, importsText.indexOf('\n', diagnostic.pos));
    const onSource = diagnostic.pos - lineStart >= line.indexOf('"');
    for (const { entry, name, source } of cellImports.names)
      if (entry.text === line) add(diagnostic, ...rangeOf(onSource ? source : name), entry.module);
    for (const { node, entry } of cellImports.dynamic)
      if (entry.text === line) add(diagnostic, ...rangeOf(node.source as { start: number; end: number }));
  }
  return problems.sort((a, b) => a.start - b.start);
}

const unknownName = new Set([2304, 2552]);

/** TypeScript numbers what its grammar forbids below 2000 and from 17000 on, in JavaScript from 8000 on; 6188 and 6189 are about separators in numbers. */
const isSyntax = ({ code }: Diagnostic) =>
  code < 2000 || code === 6188 || code === 6189 || (code >= 8000 && code < 8040) || (code >= 17000 && code < 18000);

const isError = ({ category, code }: Diagnostic) => category === 1 && !ignored.has(code);

const rangeOf = ({ start, end }: { start: number; end: number }): [number, number] => [start, end];

function messageWithCode(diagnostic: Diagnostic, specifier: string | undefined, { folder }: Words): string {
  const whole = messageOf(diagnostic, folder);
  // As the cell names the module, not where its file lies.
  const text = specifier ? whole.replace(/^(Module )?'"[^"]*"'/, (_, word = '') => `${word}'"${specifier}"'`) : whole;
  // The checker's file of imports exports again what the cell has imported.
  if (diagnostic.code !== 1362) return `TS${diagnostic.code}: ${text}`;
  return `TS1361: ${text.replace("was exported using 'export type'", "was imported using 'import type'")}`;
}

function messageOf(diagnostic: Diagnostic, folder: string): string {
  let text = clean(diagnostic.text, folder);
  for (const next of diagnostic.messageChain ?? []) text += `\n${messageOf(next, folder).replace(/^/gm, '  ')}`;
  const missing = /^Cannot find module .*'([^']+)'/.exec(diagnostic.text.replace(/ or its .*/, ''))?.[1];
  if (missing && diagnostic.code !== 2732) {
    const name = /^(?:@[\w.~-]+\/)?[\w.~-]+(?=\/|$)/.exec(missing)?.[0];
    if (!/^[./]|^node:/.test(missing) && name)
      text = `Cannot find module '${missing}'. To install it: !npm install ${name}`;
  }
  return text;
}

function notesOf(diagnostic: Diagnostic, { folder, placeOf }: Words): { notes?: string[] } {
  const notes = (diagnostic.relatedInformation ?? []).flatMap((related) => {
    const text = clean(related.text, folder);
    const place = placeOf(related);
    if (place) return place === placeOf(diagnostic) ? text : `${place}: ${text}`;
    // It stands in TypeScript's library or in the checker's own files, where nobody can go.
    return /typelab-| here\b/.test(text) ? [] : text;
  });
  return notes.length > 0 ? { notes } : {};
}
