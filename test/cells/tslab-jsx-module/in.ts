// %%
/**
 * @jsx
 * @module page
 */
const React = { createElement: (tag: string, props: unknown, ...children: unknown[]) => ({ tag, children }) };
export const page = <h1>hi</h1>;
// %%
import { page } from './page';
page
