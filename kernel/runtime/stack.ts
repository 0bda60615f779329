/** One line of an error's stack. */
export type Site = { file: string; line: number; column: number; callee: string | undefined };

/** A stack as V8 writes it, innermost first. */
export function sites(stack: string): Site[] {
  const found = stack.split('\n').flatMap((line) => siteOf(line) ?? []);
  // A module that does not parse: V8 writes place, line and mark before the message.
  const unparsed = /^((?:file:\/\/|\/|[A-Za-z]:\\).*):(\d+)\n.*\n( *)\^/.exec(stack);
  if (unparsed)
    found.unshift({
      file: unparsed[1]!,
      line: Number(unparsed[2]),
      column: unparsed[3]!.length + 1,
      callee: undefined,
    });
  return found;
}

export function siteOf(text: string): Site | undefined {
  const match = /^\s+at (?:(.*) \()?(?:async )?(.*?):(\d+):(\d+)\)?,?(?: \{)?$/.exec(text);
  if (!match) return undefined;
  const callee = match[1]
    ?.replace(/^(?:async |new )/, '')
    .replace(/^(?:Object|Module|Timeout|Immediate|process)\./, '');
  return {
    file: match[2]!,
    line: Number(match[3]),
    column: Number(match[4]),
    callee: callee && !/<anonymous>|^eval$/.test(callee) ? `${callee}()` : undefined,
  };
}

/** Of a printed stack as many frames as one reads: a recursion that overflowed has thousands. */
const most = 40;
const head = 10;
const tail = 4;

export function shorten(lines: string[]): string[] {
  if (lines.length <= most) return lines;
  const result: string[] = [];
  let frames: string[] = [];
  const flush = () => {
    const more = frames.length - head - tail;
    if (frames.length <= most) result.push(...frames);
    else
      result.push(...frames.slice(0, head), `    … ${more.toLocaleString('en')} more frames`, ...frames.slice(-tail));
    frames = [];
  };
  for (const line of lines) {
    if (/^\s+at /.test(line)) frames.push(line);
    else {
      flush();
      result.push(line);
    }
  }
  flush();
  return result;
}
