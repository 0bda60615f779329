import { parseSync } from 'oxc-parser';
import { type Directives, directivesOf } from './directives.ts';
import { interpolate, type Part } from './interpolate.ts';
import { endsOperand, lex, type MagicPlace, operandKeywords } from './lex.ts';
import { join, type Piece, type Pieces } from './positions.ts';

export type Split = Pieces & {
  /** The cell as TypeScript: each magic has become a call such as `$.magic("!", ["ls ", folder, ""])`. */
  text: string;
  /** The name of the runtime's object in the text: `$`, or another where the user has a `$` of their own. */
  context: string;
  /** `%%time` and its like: the text is what it runs. */
  wrapper?: { name: string; line: string; body: string; assigns?: string };
  /** Names filled in as `$name`. The caller splits again without those that turn out to be no variables. */
  dollarNames: Set<string>;
  hasMagics: boolean;
};

/** Cell magics whose body is TypeScript. */
const wrappers = new Set(['time', 'timeit', 'capture', 'prun']);
/** Line magics whose argument is TypeScript. */
const runners = new Set(['time', 'timeit', 'prun']);
/** What stands before their code; `%time -x` has the code `-x`. */
const runnerOptions = /^(?:-(?:[tcqo]*[nrp][ \t]*\d+|[tcqo]+)(?:(?:[ \t]|\\\r?\n)+|$))*/;
const timeOptions = /^(?:--no-raise-error[ \t]+)?/;
/** Line magics that people write without an argument, where `%` could also be the remainder operator. */
const bareMagics = new Set(
  'alias autoreload cd colors config dhist dirs env help hist history jobs kill ll load ls lsmagic magic matplotlib npm pip popd pushd pwd recall rerun reset run tail time timeit typecheck wait unalias who who_ls whos'.split(
    ' ',
  ),
);

/** Finds the magics of a cell. `known` says whether a name is a variable of the session. */
export function split(
  source: string,
  known: (name: string) => boolean,
  notVariables = new Set<string>(),
  inJavaScript = false,
): Split {
  const cellMagic = /^(?:[ \t]*\r?\n)*%%(!|\w[\w.-]*(?![\w.?-]))([^\n]*)(?:\n|$)/.exec(source);
  const directives = cellMagic ? undefined : directivesOf(source);
  if (directives) return splitDirected(source, directives, inJavaScript);
  if (cellMagic) return splitCellMagic(source, cellMagic, known, notVariables, inJavaScript);
  const words = new Set<string>();
  if (/[!%]/.test(source)) {
    // The first pass takes every candidate for a magic, to learn which words the TypeScript part uses.
    const first = lex(source, (place) => magicEnd(source, place, () => false));
    for (const [i, token] of first.tokens.entries())
      if (token.kind === 'word' && first.tokens[i - 1]?.text !== '.') words.add(token.text);
  }
  const isVariable = (name: string) => !notVariables.has(name) && (known(name) || words.has(name));
  const pieces: Piece[] = [];
  const dollarNames = new Set<string>();
  const help = helpLine(source);
  const body = help ? source.slice(0, help.start) : source;
  const { tokens } = lex(body, (place) => magicEnd(body, place, isVariable));
  const context = contextName(tokens);
  let done = 0;
  for (const [i, token] of tokens.entries()) {
    if (token.kind !== 'magic') continue;
    pieces.push(verbatim(source, done, token.start));
    const capture = tokens[i - 1]?.text === '=';
    pieces.push(...magicCall(source, token.start, token.end, context, capture, isVariable, dollarNames));
    done = token.end;
  }
  pieces.push(verbatim(source, done, body.length));
  if (help)
    pieces.push(
      generated(
        `${context}.magic(${JSON.stringify(help.magic)}, [${JSON.stringify(help.name)}])`,
        help.start,
        source.length,
      ),
    );
  return {
    ...join(pieces),
    context,
    dollarNames,
    hasMagics: help !== undefined || tokens.some((token) => token.kind === 'magic'),
  };
}

function splitCellMagic(
  source: string,
  match: RegExpExecArray,
  known: (name: string) => boolean,
  notVariables: Set<string>,
  inJavaScript: boolean,
): Split {
  const name = match[1]!;
  const lineStart = match[0].indexOf('%%') + 2 + name.length;
  const lineEnd = lineStart + match[2]!.length;
  const body = source.slice(match[0].length);
  const dollarNames = new Set<string>();
  const line = match[2]!.trim();
  if (wrappers.has(name)) {
    const variable = name === 'capture' ? /^(?:--\S+\s+)*([A-Za-z_$][\w$]*)/.exec(line)?.[1] : undefined;
    const inner = split(body, known, notVariables, inJavaScript);
    const offset = match[0].length;
    return {
      ...inner,
      toSource: (position) => inner.toSource(position) + offset,
      toText: (position) => inner.toText(Math.max(0, position - offset)),
      wrapper: { name, line, body, ...(variable ? { assigns: variable } : {}) },
      hasMagics: true,
    };
  }
  const parts = interpolate(source, lineStart, lineEnd, (n) => known(n) && !notVariables.has(n), dollarNames);
  trimStart(parts);
  const pieces = [
    generated(`${assignment(line, inJavaScript)}$.cellMagic(${JSON.stringify(name)}, `, 0, lineStart),
    ...partsList(source, parts, lineStart, lineEnd),
    generated(`, ${JSON.stringify(body)});`, lineEnd, source.length),
  ];
  return { ...join(pieces), context: '$', dollarNames, hasMagics: true };
}

/** A tslab notebook's module: as if the cell began with %%module. What is for a page is left alone, as tslab does. */
function splitDirected(source: string, { module, jsx, browser }: Directives, inJavaScript: boolean): Split {
  const file = `${module}.${inJavaScript ? 'js' : 'ts'}${jsx ? 'x' : ''}`;
  const call = browser ? '' : `$.cellMagic("module", [${JSON.stringify(file)}], ${JSON.stringify(source)});`;
  const pieces = [generated(call, 0, source.length)];
  return { ...join(pieces), context: '$', dollarNames: new Set(), hasMagics: true };
}

/** `%%bash --bg --proc server` resolves to `{ server }`. */
function assignment(line: string, inJavaScript: boolean): string {
  const types = { proc: 'BackgroundJob', out: 'string', err: 'string' };
  const variables = Object.entries(types).flatMap(([flag, type]) => {
    const name = new RegExp(`(?:^|\\s)--${flag}[ =]([A-Za-z_$][\\w$]*)`).exec(line)?.[1];
    return name ? [{ name, type }] : [];
  });
  if (variables.length === 0) return '';
  const names = variables.map(({ name }) => name).join(', ');
  if (inJavaScript) return `let { ${names} } = `;
  const members = variables.map(({ name, type }) => `${name}: ${type}`).join('; ');
  return `let { ${names} }: { ${members} } = `;
}

/** `name?`, `name??`, `?name` on the last line: no TypeScript ends so. */
function helpLine(source: string): { start: number; name: string; magic: string } | undefined {
  const match =
    /(?:^|\n)[ \t]*(?:(?<before>\?\??)[ \t]*(?<a>[%!]{0,2}[\w$.]+)|(?<b>[%!]{0,2}[\w$.]+)(?<after>\?\??))\s*$/.exec(
      source,
    );
  if (!match?.groups) return undefined;
  const { before, a, b, after } = match.groups;
  return {
    start: match.index + match[0].search(/[^\s]/),
    name: (a ?? b)!,
    magic: (before ?? after) === '??' ? '%pinfo2' : '%pinfo',
  };
}

/** Where the magic at this place ends; undefined when it is TypeScript. */
function magicEnd(source: string, place: MagicPlace, isVariable: (name: string) => boolean): number | undefined {
  const { start, previous, open } = place;
  if (open && open.text !== '{') return undefined;
  const rest = source.slice(start, lineEnd(source, start));
  const assignment = previous?.text === '=' && !source.slice(previous.end, start).includes('\n');
  if (rest[0] === '%') {
    const match = /^%([A-Za-z_]\w*)[ \t]*(.?)/.exec(rest);
    if (!match) return undefined;
    if (assignment) return start + rest.length;
    if (!place.lineStart && previous?.text !== '{') return undefined;
    if (!endsOperand(previous, source, start)) {
      return startsStatement(place, source) ? start + length(place, rest) : undefined;
    }
    // `a⏎%b` could be a remainder: then only a magic's own name or an argument that no operator precedes decide.
    const argument = /[\w"'{/.~$-]/.test(match[2]!) && rest.slice(1 + match[1]!.length)[0] === ' ';
    return argument || bareMagics.has(match[1]!) ? start + length(place, rest) : undefined;
  }
  if (rest[0] !== '!' || rest[1] === '=' || /^!+\s*$/.test(rest)) return undefined;
  if (!assignment && !(startsStatement(place, source) && (place.lineStart || previous?.text === '{'))) return undefined;
  if (/^!+\s*(?:[([]|(?:function|async|await|new|typeof|void|this|import|class)\b)/.test(rest)) return undefined;
  const text = assignment ? rest : rest.slice(0, length(place, rest));
  return isNegation(text, assignment, isVariable) ? undefined : start + text.length;
}

/** `!ready && start()` is TypeScript where `ready` is a variable; `!python train.py` never parses. */
function isNegation(text: string, assignment: boolean, isVariable: (name: string) => boolean): boolean {
  const name = /^!+\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*(.?)/u.exec(text.replace(/[;\s]+$/, ''));
  if (!name) return /^!+\s*["'`\d]/.test(text) && isExpression(text);
  // Two of them are programs too: `!true && echo yes`.
  if (/^(?:true|false|null)$/.test(name[1]!)) return isExpression(text.replace(/[;\s]+$/, ''));
  if (!isVariable(name[1]!) && !(name[1]! in globalThis)) return false;
  return (assignment || name[2] !== '') && isExpression(text.replace(/[;\s]+$/, ''));
}

export function isExpression(text: string): boolean {
  const { errors, program } = parseSync('expression.ts', `(${text}\n)`, { lang: 'ts', sourceType: 'module' });
  return errors.length === 0 && program.body.length === 1;
}

function startsStatement({ previous, open, lineStart }: MagicPlace, source: string): boolean {
  if (!previous || previous.kind === 'magic') return true;
  if (previous.kind === 'word')
    return lineStart && (!operandKeywords.has(previous.text) || ['else', 'do', 'return'].includes(previous.text));
  if (previous.kind !== 'punctuation') return true;
  if (previous.text === ':')
    return open?.inCase === true || /(?:^|[\n;{}])\s*\w+\s*:$/.test(source.slice(0, previous.end));
  return [';', '{', '}', ')', ']', '++', '--', '!'].includes(previous.text);
}

/** A command in a block on one line ends before the block's brace: `if (ok) { !rm -r {path} }`. */
function length(place: MagicPlace, rest: string): number {
  if (place.lineStart) return rest.length;
  let depth = 0;
  for (let i = 0; i < rest.length; i++) {
    if (rest[i] === '{') depth++;
    else if (rest[i] === '}' && depth-- === 0) return i;
  }
  return rest.length;
}

function lineEnd(source: string, start: number): number {
  let end = start;
  do {
    end = source.indexOf('\n', end + 1);
    if (end < 0) return source.length;
  } while (/\\\r?$/.test(source.slice(start, end)));
  return source[end - 1] === '\r' ? end - 1 : end;
}

function magicCall(
  source: string,
  start: number,
  end: number,
  context: string,
  capture: boolean,
  isVariable: (name: string) => boolean,
  dollarNames: Set<string>,
): Piece[] {
  const text = source.slice(start, end);
  const name = /^(?:!!?|%\w+)/.exec(text)![0];
  let stop = end;
  while (/\s/.test(source[stop - 1] ?? '')) stop--;
  if (capture && source[stop - 1] === ';' && !/[\\;]/.test(source[stop - 2] ?? '')) stop--;
  let from = start + name.length;
  if (name[0] === '%') while (/[ \t]/.test(source[from] ?? '') && from < stop) from++;
  const isRunner = runners.has(name.slice(1));
  const call = `${context}.${capture && !isRunner ? 'capture' : 'magic'}(${JSON.stringify(name)}, `;
  if (isRunner) {
    const known = name === '%time' ? timeOptions : runnerOptions;
    const options = known.exec(source.slice(from, stop))![0].length;
    const body = source.slice(from + options, stop).replace(/;$/, '');
    const line = JSON.stringify(source.slice(from, stop).replace(/\\\r?\n/g, ' '));
    // `%time !command` times the command.
    if (/^(?:!|%[A-Za-z])/.test(body)) {
      const timed = magicCall(source, from + options, stop, context, false, isVariable, dollarNames);
      const last = timed.pop()!;
      return [
        generated(`${call}[${line}], async () => (`, start, from + options),
        ...timed,
        { ...last, text: last.text.replace(/;$/, '') },
        generated('));', stop, end),
      ];
    }
    const asValue = isExpression(unfolded(body));
    // `%time const x = f()` declares x in the cell: the call's value is what it timed.
    const declaration = asValue ? null : /^(?:const|let|var)\s+[^=]+=\s*/.exec(body);
    if (declaration && isExpression(unfolded(body.slice(declaration[0].length)))) {
      const at = from + options + declaration[0].length;
      return [
        verbatim(source, from + options, at),
        generated(`${call}[${line}], async () => (`, at, at),
        ...continued(source, at, from + options + body.length),
        generated('));', from + options + body.length, end),
      ];
    }
    return [
      generated(`${call}[${line}], async () => ${asValue ? '(' : '{ '}`, start, from + options),
      ...continued(source, from + options, from + options + body.length),
      generated(asValue ? '));' : ' });', from + options + body.length, end),
    ];
  }
  const parts = interpolate(source, from, stop, isVariable, dollarNames);
  return [generated(call, start, from), ...partsList(source, parts, from, stop), generated(');', stop, end)];
}

/** A line's end behind `\\` goes on with the magic's code, where TypeScript wants the end alone. */
function continued(source: string, start: number, end: number): Piece[] {
  const pieces: Piece[] = [];
  let done = start;
  for (const { index } of source.slice(start, end).matchAll(/\\(?=\r?\n)/g)) {
    pieces.push(verbatim(source, done, start + index), generated(' ', start + index, start + index + 1));
    done = start + index + 1;
  }
  return [...pieces, verbatim(source, done, end)];
}

const unfolded = (text: string): string => text.replace(/\\(?=\r?\n)/g, ' ');

function partsList(source: string, parts: Part[], start: number, end: number): Piece[] {
  const pieces: Piece[] = [generated('[', start, start)];
  for (const [i, part] of parts.entries()) {
    if (i > 0) pieces.push(generated(', ', start, start));
    if (typeof part === 'string') pieces.push(generated(JSON.stringify(part), start, end));
    else
      pieces.push(
        generated('(', part.start, part.start),
        verbatim(source, part.start, part.end),
        generated(')', part.end, part.end),
      );
  }
  return [...pieces, generated(']', end, end)];
}

function trimStart(parts: Part[]): void {
  if (typeof parts[0] === 'string') parts[0] = parts[0].trimStart();
  const last = parts.length - 1;
  const tail = parts[last];
  if (typeof tail === 'string') parts[last] = tail.trimEnd();
}

/** Taken from the tokens, so that a `$` inside a string or a magic does not count. */
function contextName(tokens: { kind: string; text: string }[]): string {
  const taken = new Set(tokens.filter((token) => token.kind === 'word').map((token) => token.text));
  let name = '$';
  for (let n = 0; taken.has(name); n++) name = `$${n}`;
  return name;
}

const verbatim = (source: string, start: number, end: number): Piece => ({
  text: source.slice(start, end),
  start,
  end,
  verbatim: true,
});
const generated = (text: string, start: number, end: number): Piece => ({ text, start, end, verbatim: false });
