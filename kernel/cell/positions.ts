/**
 * A text made from pieces of another. A verbatim piece was copied; any other stands for the range start…end of the source.
 * All offsets inside kernel/cell are UTF-16 code units, as in JavaScript's strings; only codePoints and utf16 know the protocol's.
 */
export type Piece = { text: string; start: number; end: number; verbatim: boolean };

/** 0-based line and UTF-16 column. */
export type Position = { line: number; column: number };

/** Jupyter counts code points; JavaScript counts UTF-16 units. */
export function utf16(text: string, codePoints: number): number {
  let index = 0;
  for (let n = 0; n < codePoints && index < text.length; n++) index += text.codePointAt(index)! > 0xffff ? 2 : 1;
  return index;
}

export function codePoints(text: string, utf16Offset: number): number {
  let count = 0;
  for (let index = 0; index < Math.min(utf16Offset, text.length); count++) {
    index += text.codePointAt(index)! > 0xffff ? 2 : 1;
  }
  return count;
}

export type Lines = { at(offset: number): Position; offset(position: Position): number; starts: number[] };

export function linesOf(text: string): Lines {
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return {
    starts,
    at(offset) {
      const line = lastNotAfter(starts, offset);
      return { line, column: offset - starts[line]! };
    },
    offset: ({ line, column }) => (starts[line] ?? text.length) + column,
  };
}

/** Text ↔ source through its pieces. */
export type Pieces = {
  text: string;
  toSource(offset: number): number;
  /** The other way; an offset inside a replaced range falls on the start of its replacement. */
  toText(sourceOffset: number): number;
};

export function join(pieces: Piece[]): Pieces {
  const starts: number[] = [];
  let text = '';
  for (const piece of pieces) {
    starts.push(text.length);
    text += piece.text;
  }
  return {
    text,
    toSource(offset) {
      const index = lastNotAfter(starts, offset);
      const piece = pieces[index];
      if (!piece) return offset;
      return piece.verbatim ? Math.min(piece.start + offset - starts[index]!, piece.end) : piece.start;
    },
    toText(sourceOffset) {
      let nearest = text.length;
      for (let i = 0; i < pieces.length; i++) {
        const piece = pieces[i]!;
        if (piece.verbatim && sourceOffset >= piece.start && sourceOffset <= piece.end)
          return starts[i]! + sourceOffset - piece.start;
        if (piece.start >= sourceOffset || (sourceOffset >= piece.start && sourceOffset < piece.end))
          nearest = Math.min(nearest, starts[i]!);
      }
      return nearest;
    },
  };
}

/** One segment of a decoded source map's line: generated column, source index, source line, source column. */
export type MapSegment = number[];

const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function decodeMappings(mappings: string): MapSegment[][] {
  const state = [0, 0, 0, 0, 0];
  return mappings.split(';').map((line) => {
    state[0] = 0;
    if (line === '') return [];
    return line.split(',').map((field) => {
      const segment: number[] = [];
      let value = 0;
      let shift = 0;
      for (const character of field) {
        const digit = base64.indexOf(character);
        value |= (digit & 31) << shift;
        shift += 5;
        if (digit & 32) continue;
        const n = segment.length;
        state[n]! += value & 1 ? -(value >> 1) : value >> 1;
        segment.push(state[n]!);
        value = 0;
        shift = 0;
      }
      return segment;
    });
  });
}

export function encodeMappings(lines: MapSegment[][]): string {
  const previous = [0, 0, 0, 0];
  return lines
    .map((line) => {
      previous[0] = 0;
      return line
        .map((segment) => {
          let field = '';
          for (let n = 0; n < 4; n++) {
            const delta = segment[n]! - previous[n]!;
            previous[n] = segment[n]!;
            let value = delta < 0 ? (-delta << 1) | 1 : delta << 1;
            do {
              const digit = value & 31;
              value >>>= 5;
              field += base64[value > 0 ? digit | 32 : digit];
            } while (value > 0);
          }
          return field;
        })
        .join(',');
    })
    .join(';');
}

/** Where a decoded map says that a position comes from; undefined where the line has no mapping. */
export function originalOf(map: MapSegment[][], position: Position): Position | undefined {
  let found: MapSegment | undefined;
  for (const segment of map[position.line] ?? []) {
    if (segment[0]! > position.column && found) break;
    if (segment.length >= 4) found = segment;
  }
  return found && { line: found[2]!, column: found[3]! };
}

function lastNotAfter(starts: number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
