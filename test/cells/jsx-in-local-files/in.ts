// %% file tsconfig.json
{ "compilerOptions": { "jsx": "react", "jsxFactory": "h" } }
// %% file view.tsx
import { h } from './h';
export const view = (n: number) => <p>{n}</p>;
// %% file h.ts
declare global { namespace JSX { interface IntrinsicElements { p: object } } }
export const h = (tag: string, _: unknown, ...rest: unknown[]) => `${tag}:${rest}`;
// %%
import { view } from './view'; view(3)
