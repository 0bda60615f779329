import { createRequire } from 'node:module';
import type * as Jsdom from 'jsdom';

/** The SVG element that Plot drew; as a cell's value it shows itself. */
export type Figure = SVGSVGElement;

const require = createRequire(import.meta.url);
let shared: Document | undefined;

/** The page on which Plot draws. Loaded with the first figure: jsdom takes half a second. */
export function drawingPage(): Document {
  if (!shared) {
    const { JSDOM } = require('jsdom') as typeof Jsdom;
    shared = new JSDOM('').window.document;
  }
  return shared;
}

/** Observable Plot, also on first use. */
export function plotLibrary(): typeof import('@observablehq/plot') {
  return require('@observablehq/plot');
}

/** Gives the element its way to show itself. A front end shows an SVG as an image of its own, so it carries all that it needs. */
export function toFigure(svg: SVGSVGElement, text: string): Figure {
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', text);
  return Object.defineProperty(svg, Symbol.for('Jupyter.display'), {
    value: () => ({ 'image/svg+xml': svg.outerHTML, 'text/plain': text }),
  });
}
