/** Named classes inside of brackets. */
const POSIX: Record<string, string> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};
const SPACE = '\\t\\n\\f\\r ';

/**
 * A pattern of RE2, whose syntax TensorFlow's string ops have, as JavaScript's: white space is ASCII's, more characters may be
 * escaped, brackets may stand alone, classes and groups have other names.
 */
export function fromRE2(pattern: string, flags = ''): RegExp {
  const [, options = '', rest = ''] = pattern.match(/^(?:\(\?([ims]+)\))?([\s\S]*)$/) ?? [];
  return new RegExp(translated(rest), [...new Set(`${flags}${options}u`)].join(''));
}

function translated(pattern: string): string {
  let out = '';
  let inside = false;
  for (let i = 0; i < pattern.length; i++) {
    const rest = pattern.slice(i);
    const char = pattern[i] as string;
    if (char === '\\') {
      const [taken, js] = escaped(rest, inside);
      out += js;
      i += taken.length - 1;
      continue;
    }
    const posix = inside ? rest.match(/^\[:(\^?)(\w+):\]/) : undefined;
    if (posix && POSIX[posix[2] as string] && !posix[1]) {
      out += POSIX[posix[2] as string];
      i += posix[0].length - 1;
      continue;
    }
    if (inside) {
      inside = char !== ']';
      out += char === '[' ? '\\[' : char;
      continue;
    }
    if (char === '[') {
      inside = true;
      // A bracket right after the opening one is itself one of the characters.
      const [opening] = rest.match(/^\[\^?\]?/) as RegExpMatchArray;
      out += opening.replace(']', '\\]');
      i += opening.length - 1;
    } else if (char === ']' || char === '}') out += `\\${char}`;
    else if (char === '{') {
      const [repeat = '\\{'] = rest.match(/^\{\d+(?:,\d*)?\}/) ?? [];
      out += repeat;
      if (repeat !== '\\{') i += repeat.length - 1;
    } else if (rest.startsWith('(?P<')) {
      out += '(?<';
      i += 3;
    } else out += char;
  }
  return out;
}

/** What stands at the beginning, and the same for JavaScript. */
function escaped(text: string, inside: boolean): [string, string] {
  const [quoted, literal] = text.match(/^\\Q([\s\S]*?)(?:\\E|$)/) ?? [];
  if (quoted !== undefined) return [quoted, (literal as string).replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')];
  const [property, short] = text.match(/^\\[pP](\w)/) ?? [];
  if (property) return [property, `${property.slice(0, 2)}{${short}}`];
  const two = text.slice(0, 2);
  if (two === '\\s') return [two, inside ? SPACE : `[${SPACE}]`];
  if (two === '\\S' && !inside) return [two, `[^${SPACE}]`];
  if (two === '\\z') return [two, '$'];
  if (two === '\\A') return [two, '^'];
  if (two === '\\a') return [two, '\\x07'];
  const [, char = ''] = two;
  // JavaScript lets only its own signs be escaped.
  const plain = /[\s!-/:-@[-`{-~]/.test(char) && !/[\\^$.*+?()[\]{}|/]/.test(char) && !(inside && char === '-');
  return [two, plain ? char : two];
}
