/**
 * Just enough of a TypeScript tokenizer to know where statements begin, before anything can be parsed:
 * a magic's text may hold unbalanced quotes, so it has to be found first.
 */
export type TokenKind = 'word' | 'number' | 'string' | 'template' | 'regex' | 'punctuation' | 'magic';
export type Token = { kind: TokenKind; text: string; start: number; end: number };

/** An open bracket: `(`, `[`, `{`, `${` or the backtick of a template. */
export type Bracket = { text: string; start: number; conditionals: number; inCase: boolean };

export type Lexed = {
  tokens: Token[];
  /** What is still open at the end, outermost first. */
  open: Bracket[];
  /** A closing bracket that nothing opened. */
  stray: boolean;
  /** An unfinished string or comment at the end. */
  unfinished?: 'string' | 'comment' | 'regex';
};

export type MagicPlace = { start: number; lineStart: boolean; previous: Token | undefined; open: Bracket | undefined };

/** `magicAt` is asked where a magic could begin; it answers with the magic's end, or undefined. */
export function lex(source: string, magicAt: (place: MagicPlace) => number | undefined = () => undefined): Lexed {
  const tokens: Token[] = [];
  const open: Bracket[] = [];
  const result: Lexed = { tokens, open, stray: false };
  let index = 0;
  let lineStart = true;
  const push = (kind: TokenKind, end: number) => {
    tokens.push({ kind, text: source.slice(index, end), start: index, end });
    index = end;
    lineStart = false;
  };
  while (index < source.length) {
    const character = source[index]!;
    if (open.at(-1)?.text === '`') {
      if (!templateText()) return result;
      continue;
    }
    if (character === '\n') {
      lineStart = true;
      index++;
      continue;
    }
    if (/\s/.test(character)) {
      index++;
      continue;
    }
    if (source.startsWith('//', index) || (index === 0 && source.startsWith('#!'))) {
      const end = source.indexOf('\n', index);
      index = end < 0 ? source.length : end;
      continue;
    }
    if (source.startsWith('/*', index)) {
      const end = source.indexOf('*/', index + 2);
      if (end < 0) {
        result.unfinished = 'comment';
        return result;
      }
      if (source.slice(index, end).includes('\n')) lineStart = true;
      index = end + 2;
      continue;
    }
    if (character === '!' || character === '%' || character === '?') {
      const end = magicAt({ start: index, lineStart, previous: tokens.at(-1), open: open.at(-1) });
      if (end !== undefined) {
        push('magic', end);
        continue;
      }
    }
    if (character === '"' || character === "'") {
      const closed = stringEnd(source, index);
      if (closed === undefined) {
        const end = source.indexOf('\n', index);
        if (end < 0) result.unfinished = 'string';
        push('string', end < 0 ? source.length : end);
      } else push('string', closed);
      continue;
    }
    if (character === '`') {
      open.push({ text: '`', start: index, conditionals: 0, inCase: false });
      index++;
      lineStart = false;
      continue;
    }
    if (/[\p{ID_Start}$_#@]/u.test(String.fromCodePoint(source.codePointAt(index)!))) {
      const word = /^[#@]?[\p{ID_Continue}$\u200c\u200d]*/u.exec(source.slice(index))![0];
      if (word === 'case' || word === 'default') {
        const frame = open.at(-1);
        if (frame) frame.inCase = true;
      }
      push('word', index + Math.max(1, word.length));
      continue;
    }
    if (/[0-9]/.test(character) || (character === '.' && /[0-9]/.test(source[index + 1] ?? ''))) {
      push('number', index + /^(?:0[xob][\w]+|[\d_]*\.?[\d_]*(?:e[+-]?\d+)?n?)/i.exec(source.slice(index))![0].length);
      continue;
    }
    if (character === '/' && !endsOperand(tokens.at(-1), source, index)) {
      const match = /^\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/i.exec(source.slice(index));
      if (match) {
        push('regex', index + match[0].length);
        continue;
      }
    }
    punctuation(character);
  }
  return result;

  function templateText(): boolean {
    for (let i = index; i < source.length; i++) {
      if (source[i] === '\\') i++;
      else if (source[i] === '`') {
        const start = open.pop()!.start;
        tokens.push({ kind: 'template', text: source.slice(start, i + 1), start, end: i + 1 });
        index = i + 1;
        lineStart = false;
        return true;
      } else if (source.startsWith('${', i)) {
        open.push({ text: '${', start: i, conditionals: 0, inCase: false });
        tokens.push({ kind: 'punctuation', text: '${', start: i, end: i + 2 });
        index = i + 2;
        lineStart = false;
        return true;
      }
    }
    index = source.length;
    return false;
  }

  function punctuation(character: string): void {
    const frame = open.at(-1);
    if (character === '(' || character === '[' || character === '{')
      open.push({ text: character, start: index, conditionals: 0, inCase: false });
    else if (character === ')' || character === ']' || character === '}') {
      if (frame && matches(frame.text, character)) open.pop();
      else result.stray = true;
    } else if (frame && character === '?' && !/[?.:,)]/.test(source[index + 1] ?? '')) frame.conditionals++;
    const operator =
      /^(?:=>|===?|!==?|\?\?=?|\?\.(?!\d)|&&=?|\|\|=?|\+\+|--|\*\*=?|<<=?|>>>?=?|\.\.\.|[-+*/%&|^<>]=|[\s\S])/.exec(
        source.slice(index),
      )![0];
    push('punctuation', index + operator.length);
  }
}

/** Behind the closing quote. Not by an expression: of a string of eight million characters that overflows the stack. */
function stringEnd(source: string, start: number): number | undefined {
  for (let i = start + 1; i < source.length && source[i] !== '\n'; i++) {
    if (source[i] === source[start]) return i + 1;
    if (source[i] === '\\') i++;
  }
  return undefined;
}

/** Whether a complete expression could end with this token, so that `/` after it divides. */
export function endsOperand(token: Token | undefined, source: string, next: number): boolean {
  if (!token) return false;
  if (token.kind === 'word') return !operandKeywords.has(token.text);
  if (token.kind === 'magic') return false;
  if (token.kind !== 'punctuation') return true;
  if (token.text === '}') return !source.slice(token.end, next).includes('\n');
  return token.text === ')' || token.text === ']' || token.text === '++' || token.text === '--';
}

export const operandKeywords = new Set(
  'return typeof instanceof in of new delete void throw case do else yield await extends default'.split(' '),
);

const matches = (opener: string, closer: string) =>
  (opener === '(' && closer === ')') || (opener === '[' && closer === ']') || (opener.endsWith('{') && closer === '}');
