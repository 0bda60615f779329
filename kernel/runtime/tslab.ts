/** What `import * as tslab from 'tslab'` gives a notebook written for it: its display API on our display. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { toBundle, withText } from '../display/bundle.ts';
import { currentCell } from './current.ts';

export type Display = {
  javascript(text: string): void;
  html(text: string): void;
  markdown(text: string): void;
  latex(text: string): void;
  svg(text: string): void;
  png(bytes: Uint8Array): void;
  jpeg(bytes: Uint8Array): void;
  gif(bytes: Uint8Array): void;
  pdf(bytes: Uint8Array): void;
  text(text: string): void;
  raw(type: string, content: string | Uint8Array): void;
};

const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  dependencies: { tslab: string; typescript: string };
};

export const versions = {
  tslab: own.dependencies.tslab,
  typescript: own.dependencies.typescript,
  node: process.version,
};

export const display = create();

/** A display whose calls overwrite one place. */
export function newDisplay(): Display {
  return create(randomUUID());
}

function create(displayId?: string): Display {
  let shown = false;
  const raw: Display['raw'] = (type, content) => {
    const bundle = withText(toBundle({ [type]: content })!);
    const cell = currentCell();
    if (displayId === undefined) cell?.emit({ kind: 'display', ...bundle });
    else cell?.emit({ kind: shown ? 'update' : 'display', displayId, ...bundle });
    shown = true;
  };
  return {
    raw,
    javascript: (text) => raw('text/javascript', text),
    html: (text) => raw('text/html', text),
    markdown: (text) => raw('text/markdown', text),
    latex: (text) => raw('text/latex', text),
    svg: (text) => raw('image/svg+xml', text),
    png: (bytes) => raw('image/png', bytes),
    jpeg: (bytes) => raw('image/jpeg', bytes),
    gif: (bytes) => raw('image/gif', bytes),
    pdf: (bytes) => raw('application/pdf', bytes),
    text: (text) => raw('text/plain', text),
  };
}
