import type { Magic } from './magic.ts';

const kinds = [
  { name: '%%html', type: 'text/html', what: 'HTML' },
  { name: '%%svg', type: 'image/svg+xml', what: 'an SVG drawing' },
  { name: '%%markdown', type: 'text/markdown', what: 'Markdown' },
  { name: '%%latex', type: 'text/latex', what: 'LaTeX' },
  { name: '%%javascript', type: 'application/javascript', what: 'JavaScript that runs in the browser' },
  { name: '%%js', type: 'application/javascript', what: 'JavaScript that runs in the browser' },
];

/** The cell is shown, not run. IPython has two of them in capitals too. */
export const richMagics: Magic[] = [...kinds, { ...kinds[0]!, name: '%%HTML' }, { ...kinds[1]!, name: '%%SVG' }].map(
  ({ name, type, what }) => ({
    name,
    usage: name,
    help: `Shows the cell as ${what}.`,
    run: ({ cell, body = '' }) =>
      cell.emit({ kind: 'display', data: { [type]: body, 'text/plain': body }, metadata: {} }),
  }),
);
