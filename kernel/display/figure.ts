import { createHash } from 'node:crypto';
import type { Bundle } from '../runtime/run.ts';
import { standalone } from './dom.ts';

type Node = {
  nodeType: number;
  nodeName: string;
  outerHTML: string;
  textContent: string | null;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  cloneNode(deep: boolean): Node;
  matches(selector: string): boolean;
  querySelectorAll(selector: string): Iterable<Node>;
  remove(): void;
};

/** Axes and text are drawn in the colour of the page's text, which a dark page makes white: so a figure brings its page. */
const page = 'background: white; color: #1b1e23;';

/**
 * A figure of Observable Plot: one drawing, or HTML with its titles, legends and caption. It stands alone: with its own
 * colours, no style sheet that would reach into other outputs, and ids that no other figure of the notebook has.
 */
export function figure(value: unknown): Bundle | undefined {
  if (!isFigure(value)) return undefined;
  const copy = value.cloneNode(true);
  inlineStyles(copy);
  const drawing = copy.nodeName.toLowerCase() === 'svg';
  restyle(copy, drawing ? page : `${page} padding: 8px; width: fit-content; max-width: 100%; margin: 0;`);
  const words = [...(drawing ? [] : copy.querySelectorAll('h2, h3, figcaption'))].map(({ textContent }) => textContent);
  const size = ['width', 'height'].map((key) => copy.getAttribute(key)).join(' × ');
  const markup = ownIds(drawing ? standalone(copy, copy.outerHTML) : copy.outerHTML);
  return {
    data: {
      [drawing ? 'image/svg+xml' : 'text/html']: markup,
      'text/plain': drawing ? `[figure ${size}]` : `[figure${words.length ? `: ${words.join(' · ')}` : ''}]`,
    },
    metadata: {},
  };
}

/** Plot's style sheets are lists of `:where(selector) { … }`. */
function inlineStyles(root: Node): void {
  for (const sheet of [...root.querySelectorAll('style')]) {
    for (const [, selectors = '', declarations = ''] of (sheet.textContent ?? '').matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
      for (const selector of selectors.split(/,\s*(?=:where)/)) {
        const inner = selector.trim().replace(/^:where\((.*)\)$/, '$1');
        // Text takes its white-space from the drawing, so one attribute there does for all.
        const target = inner.replace(/ (text|tspan)$/, '');
        if (root.matches(target)) restyle(root, declarations);
        for (const node of root.querySelectorAll(target)) restyle(node, declarations);
      }
    }
    sheet.remove();
  }
}

/** What the element says itself wins. */
function restyle(node: Node, declarations: string): void {
  const own = node.getAttribute('style') ?? '';
  const added = declarations.trim().replace(/\s+/g, ' ');
  if (!own.includes(added)) node.setAttribute('style', `${added} ${own}`.trim());
}

/**
 * How often each drawing was shown: of two elements with one id a page takes the first, which may be in an output that is
 * collapsed and then clips and colours nothing.
 */
const shown = new Map<string, number>();

/** Two kernels both count from one; the drawing's own digest tells their figures apart. */
function ownIds(markup: string): string {
  const ids = [...markup.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id!);
  if (ids.length === 0) return markup;
  const digest = createHash('sha256').update(markup).digest('hex').slice(0, 8);
  const times = (shown.get(digest) ?? 0) + 1;
  shown.set(digest, times);
  const own = times === 1 ? digest : `${digest}-${times}`;
  let result = markup;
  for (const id of new Set(ids)) {
    result = result
      .replaceAll(` id="${id}"`, ` id="${id}-${own}"`)
      .replaceAll(`url(#${id})`, `url(#${id}-${own})`)
      .replaceAll(`href="#${id}"`, `href="#${id}-${own}"`);
  }
  return result;
}

function isFigure(value: unknown): value is Node {
  if (value === null || typeof value !== 'object') return false;
  const { nodeType, getAttribute, querySelectorAll } = value as Partial<Node>;
  if (nodeType !== 1 || typeof getAttribute !== 'function' || typeof querySelectorAll !== 'function') return false;
  return /^plot-[0-9a-f]+/.test((value as Node).getAttribute('class') ?? '');
}
