import { parseSync } from 'oxc-parser';

/** Literal text, or the range of a TypeScript expression in the source. */
export type Part = string | { start: number; end: number };

/**
 * The text of a magic as alternating literals and expressions, literals first and last: `{expr}`, `$name` and `${name}`
 * where the name is a variable, `{{`, `}}` and `$$` for the characters themselves. What is no expression stays as it is,
 * as in IPython, so that awk's `{print $1}` and the shell's `{a,b}` and `${HOME}` work.
 */
export function interpolate(
  source: string,
  start: number,
  end: number,
  isVariable: (name: string) => boolean,
  dollarNames: Set<string>,
): Part[] {
  const parts: Part[] = [];
  let literal = '';
  const expression = (from: number, to: number) => {
    parts.push(literal, { start: from, end: to });
    literal = '';
  };
  for (let i = start; i < end; ) {
    const two = source.slice(i, i + 2);
    if (i + 1 < end && (two === '{{' || two === '}}' || two === '$$')) {
      literal += two[0];
      i += 2;
      continue;
    }
    const close = source[i] === '{' || two === '${' ? closingBrace(source, source.indexOf('{', i), end) : undefined;
    if (two === '${') {
      const content = close === undefined ? '' : source.slice(i + 2, close);
      const name = /^\s*([\p{ID_Start}_][\p{ID_Continue}]*)/u.exec(content)?.[1];
      if (close !== undefined && name && isVariable(name) && isValue(content)) {
        expression(i + 2, close);
        if (content.trim() === name) dollarNames.add(name);
      } else literal += source.slice(i, (close ?? i + 1) + 1);
      i = (close ?? i + 1) + 1;
    } else if (source[i] === '{' && close !== undefined && isValue(source.slice(i + 1, close))) {
      expression(i + 1, close);
      i = close + 1;
    } else {
      const name =
        source[i] === '$' ? /^\$([\p{ID_Start}_][\p{ID_Continue}]*)/u.exec(source.slice(i, end))?.[1] : undefined;
      // Inside single quotes the shell would not expand it either; IPython counts the quotes that follow.
      const quoted = name && (source.slice(i, end).split("'").length - 1) % 2 === 1;
      if (name && !quoted && isVariable(name)) {
        expression(i + 1, i + 1 + name.length);
        dollarNames.add(name);
        i += 1 + name.length;
      } else literal += source[i++];
    }
  }
  return [...parts, literal];
}

function closingBrace(source: string, open: number, end: number): number | undefined {
  let depth = 0;
  let quote = '';
  for (let i = open; i < end; i++) {
    const character = source[i]!;
    if (quote) {
      if (character === '\\') i++;
      else if (character === quote) quote = '';
    } else if (depth > 0 && /["'`]/.test(character) && source.slice(i + 1, end).includes(character)) quote = character;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return i;
  }
  return undefined;
}

/** A number or a list is a repetition count or an alternative of the shell's, and not worth filling in. */
function isValue(text: string): boolean {
  if (/^\s*[\d.,\s]*$/.test(text)) return false;
  const { errors, program } = parseSync('expression.ts', `(${text}\n)`, { lang: 'ts', sourceType: 'module' });
  const [statement] = program.body;
  if (errors.length > 0 || program.body.length !== 1 || statement?.type !== 'ExpressionStatement') return false;
  const { expression } = statement;
  return expression.type === 'ParenthesizedExpression' && expression.expression.type !== 'SequenceExpression';
}
