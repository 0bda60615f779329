// %% file graph.ts
/** The builder that such notebooks use, cut to what they show. */
export const START = '__start__', END = '__end__';
export type Channel<T> = { default: () => T; reducer: (a: T, b: T) => T };
export function Annotation<T>(channel: Channel<T>): Channel<T> { return channel }
Annotation.Root = <S extends Record<string, Channel<any>>>(spec: S) => ({ spec, State: {} as { [K in keyof S]: S[K] extends Channel<infer T> ? T : never } });
export class StateGraph<S extends object, N extends string = typeof START> {
  nodes = new Map<string, (state: S) => Partial<S> | Promise<Partial<S>>>();
  edges = new Map<string, string | ((state: S) => string)>();
  root: { spec: Record<string, Channel<any>>; State: S };
  constructor(root: { spec: Record<string, Channel<any>>; State: S }) { this.root = root }
  addNode<K extends string>(name: K, run: (state: S) => Partial<S> | Promise<Partial<S>>): StateGraph<S, N | K> { this.nodes.set(name, run); return this as never }
  addEdge(from: N, to: N | typeof END): this { this.edges.set(from, to); return this }
  addConditionalEdges(from: N, choose: (state: S) => N | typeof END): this { this.edges.set(from, choose); return this }
  compile() { return this }
  async *stream(input: Partial<S>, _config?: { streamMode?: 'values' | 'updates' }) {
    const state = Object.fromEntries(Object.entries(this.root.spec).map(([k, c]) => [k, c.default()])) as S;
    const merge = (part: Partial<S>) => { for (const [k, v] of Object.entries(part)) (state as any)[k] = this.root.spec[k]!.reducer((state as any)[k], v) };
    merge(input);
    for (let at: string = START; at !== END; ) {
      const next = this.edges.get(at)!;
      at = typeof next === 'string' ? next : next(state);
      if (at === END) break;
      merge(await this.nodes.get(at)!(state));
      yield { ...state };
    }
  }
  async invoke(input: Partial<S>) { let last!: S; for await (const one of this.stream(input)) last = one; return last }
  async drawMermaidPng() { return new Blob([new Uint8Array([137, 80, 78, 71])]) }
}
// %%
// process.env.OPENAI_API_KEY = "YOUR_API_KEY"
// Optional, add tracing in LangSmith
process.env.LANGCHAIN_CALLBACKS_BACKGROUND ??= "true";
// %%
import { END, START, StateGraph, Annotation } from "./graph.js";

const StateAnnotation = Annotation.Root({
  aggregate: Annotation<string[]>({
    default: () => [],
    reducer: (x, y) => x.concat(y),
  }),
});

// Define our nodes
const nodeA = async (state: typeof StateAnnotation.State) => {
  console.log(`Adding I'm A to ${state.aggregate}`);
  return { aggregate: [`I'm A`] };
};
async function nodeB(state: typeof StateAnnotation.State) {
  console.log(`Adding I'm B to ${state.aggregate}`);
  return { aggregate: [`I'm B`] };
}
const shouldContinue = ({ aggregate }: typeof StateAnnotation.State) => {
  if (aggregate.length < 4) {
    return "b";
  }
  return END;
};

const workflow = new StateGraph(StateAnnotation)
  .addNode("a", nodeA)
  .addNode("b", nodeB)
  .addEdge(START, "a")
  .addEdge("a", "b")
  .addConditionalEdges("b", shouldContinue);

const graph = workflow.compile();
// %%
import * as tslab from "tslab";

const drawableGraph = graph;
const image = await drawableGraph.drawMermaidPng();
const arrayBuffer = await image.arrayBuffer();

await tslab.display.png(new Uint8Array(arrayBuffer));
// %%
let result = await graph.invoke({ aggregate: [] });
console.log("Result: ", result);
// %%
let config = { configurable: { thread_id: "1" }, streamMode: "values" as const };

for await (
  const chunk of await graph.stream({ aggregate: ["hi!"] }, config)
) {
  let last = chunk.aggregate[chunk.aggregate.length - 1];
  console.log(last);
  console.log("-----\n");
}
// %%
const { aggregate } = await graph.invoke({ aggregate: ["x", "y", "z"] });
const [lastMessage] = aggregate.slice(-1);
lastMessage
// %% complete
workflow.addCondi│
