// %% file tsconfig.json
{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "tiny" } }
// %% file node_modules/tiny/package.json
{ "name": "tiny", "version": "1.0.0", "type": "module", "exports": { "./jsx-runtime": { "types": "./runtime.d.ts", "default": "./runtime.js" } } }
// %% file node_modules/tiny/runtime.js
export const jsx = (type, props) => ({ type, ...props });
export const jsxs = jsx;
export const Fragment = 'fragment';
// %% file node_modules/tiny/runtime.d.ts
export namespace JSX { interface IntrinsicElements { div: { id?: string; children?: unknown } } interface Element { type: string } }
export function jsx(type: unknown, props: object): JSX.Element;
export function jsxs(type: unknown, props: object): JSX.Element;
export const Fragment: string;
// %%
<div id="a">text</div>
// %%
<span />
// %%
const generic = <T,>(x: T) => x;
generic(<div />).type
