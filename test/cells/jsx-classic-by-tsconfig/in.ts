// %% file tsconfig.json
{ "compilerOptions": { "jsx": "react", "jsxFactory": "h", "jsxFragmentFactory": "Fragment" } }
// %%
declare global { namespace JSX { interface IntrinsicElements { [name: string]: Record<string, unknown> } type Element = string } }
const Fragment = ({ children }: { children?: string[] }) => `${children}`;
function h(tag: string | ((props: never) => string), props: object | null, ...children: unknown[]): string {
  if (typeof tag === 'function') return tag({ ...props, children } as never);
  return `<${tag}${Object.entries(props ?? {}).map(([k, v]) => ` ${k}="${v}"`).join('')}>${children.flat().join('')}</${tag}>`;
}
// %%
const name = 'Ada';
const Hello = ({ to }: { to: string }) => <b class="x">Hello {to}</b>;
<p id="1"><Hello to={name} /> and {[1, 2].map((n) => <i>{n}</i>)}</p>
// %%
<><hr /></>
// %%
<Hello to={5} />
