import { createRequire } from 'node:module';

const query = 'typelab-plot';
const here = import.meta.url;

/**
 * Observable Plot draws with `options.document`, else with a global `document`. A global one would tell tfjs and many
 * others that they run in a browser, so Plot alone gets one: cells import a module that passes it on.
 */
export const plotWithDocument = {
  isPlot: (specifier: string) => specifier === '@observablehq/plot',
  address: (url: string) => `${url}${url.includes('?') ? '&' : '?'}${query}`,
  source: (url: string): string | undefined => {
    if (!url.endsWith(query)) return undefined;
    const real = JSON.stringify(url.slice(0, -query.length - 1));
    return `
      import { plot as plot_, legend as legend_, Mark } from ${real};
      import { lazyDocument, patch } from ${JSON.stringify(here)};
      export * from ${real};
      export const plot = (options = {}) => plot_({ ...options, document: options.document ?? lazyDocument() });
      export const legend = (options = {}) => legend_({ ...options, document: options.document ?? lazyDocument() });
      patch(Mark, plot);
    `;
  },
};

type Options = { marks?: unknown[]; document?: unknown };

/** `Plot.dot(…).plot()` calls the inner function, so it gets the document too. */
export function patch(
  mark: { prototype: { plot(options?: Options): unknown } },
  plot: (options: Options) => unknown,
): void {
  mark.prototype.plot = function ({ marks = [], ...options }: Options = {}) {
    return plot({ ...options, marks: [...marks, this] });
  };
}

let document: unknown;

/** jsdom takes half a second to load: only for the first figure. */
export function lazyDocument(): unknown {
  if (document) return document;
  const require = createRequire(here);
  const { window } = new (require('jsdom') as typeof import('jsdom')).JSDOM('');
  const { addCanvas } = require('./canvas.ts') as typeof import('./canvas.ts');
  addCanvas(window.HTMLCanvasElement.prototype);
  document = window.document;
  return document;
}
