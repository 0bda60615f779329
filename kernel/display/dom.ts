import type { Bundle } from '../runtime/run.ts';

type Rooted = { nodeType: number; documentElement?: Element; children?: ArrayLike<Element> };

type Element = {
  nodeType: number;
  nodeName: string;
  outerHTML: string;
  namespaceURI?: string | null;
  getAttribute(name: string): string | null;
};

/** An element of jsdom, linkedom or any other DOM: a drawing alone is an SVG, everything else HTML. */
export function dom(value: unknown): Bundle | undefined {
  if (!isElement(value)) return whole(value);
  const markup = value.outerHTML;
  const name = value.nodeName.toLowerCase();
  const data = name === 'svg' ? { 'image/svg+xml': standalone(value, markup) } : { 'text/html': markup };
  return { data: { ...data, 'text/plain': describe(value, name) }, metadata: {} };
}

/** An element inside of an array or object: its class in a DOM says nothing of it. */
export function elementBrief(value: object): string | undefined {
  return 'nodeType' in value && isElement(value) ? describe(value, value.nodeName.toLowerCase()) : undefined;
}

/** A document, or a fragment of one: all that is in it. */
function whole(value: unknown): Bundle | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const { nodeType, documentElement, children } = value as Rooted;
  const elements = nodeType === 9 ? [documentElement] : nodeType === 11 ? Array.from(children ?? []) : [];
  if (elements.length === 0 || !elements.every(isElement)) return undefined;
  const data = {
    'text/html': elements.map(({ outerHTML }) => outerHTML).join(''),
    'text/plain': `[${nodeType === 9 ? 'document' : 'fragment'}]`,
  };
  return { data, metadata: {} };
}

/** Inside a page an SVG needs no namespaces; as a file or an image it is not drawn without them. */
export function standalone(value: Pick<Element, 'getAttribute'>, markup: string): string {
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
