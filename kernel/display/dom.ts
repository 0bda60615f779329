import type { Bundle } from '../runtime/run.ts';

type Element = {
  nodeType: number;
  nodeName: string;
  outerHTML: string;
  namespaceURI?: string | null;
  getAttribute(name: string): string | null;
};

/** An element of jsdom, linkedom or any other DOM: a drawing alone is an SVG, everything else HTML. */
export function dom(value: unknown): Bundle | undefined {
  if (!isElement(value)) return undefined;
  const markup = value.outerHTML;
  const name = value.nodeName.toLowerCase();
  const data = name === 'svg' ? { 'image/svg+xml': standalone(value, markup) } : { 'text/html': markup };
  return { data: { ...data, 'text/plain': describe(value, name) }, metadata: {} };
}

/** Inside a page an SVG needs no namespaces; as a file or an image it is not drawn without them. */
function standalone(value: Element, markup: string): string {
  const missing = [
    value.getAttribute('xmlns') === null ? 'xmlns="http://www.w3.org/2000/svg"' : '',
    /\sxlink:href=/.test(markup) && !/xmlns:xlink=/.test(markup) ? 'xmlns:xlink="http://www.w3.org/1999/xlink"' : '',
  ].filter(Boolean);
  return missing.length === 0 ? markup : markup.replace(/^<svg/i, `<svg ${missing.join(' ')}`);
}

function describe(value: Element, name: string): string {
  const size = ['width', 'height'].map((key) => value.getAttribute(key)).filter(Boolean);
  return `[${name}${size.length === 2 ? ` ${size.join(' × ')}` : ''}]`;
}

function isElement(value: unknown): value is Element {
  if (value === null || typeof value !== 'object') return false;
  const { nodeType, outerHTML, nodeName } = value as Partial<Element>;
  return nodeType === 1 && typeof outerHTML === 'string' && typeof nodeName === 'string';
}
