import { functionAttr } from './attr.ts';
import type { Edge, FlatNode } from './graph.ts';
import { newNode } from './graph.ts';
import { isHandleOp } from './handles.ts';
import type { NodeDef } from './schema.ts';
import type { Done, Scope, Walk } from './scope.ts';

const CASES = new Set(['Case', 'StatelessCase']);
const BRANCHES: Record<string, string[]> = {
  While: ['cond', 'body'],
  StatelessWhile: ['cond', 'body'],
  If: ['then_branch', 'else_branch'],
  StatelessIf: ['then_branch', 'else_branch'],
};

/** While, If and Case get the graphs of their functions; of any other op undefined. */
export function branching(walk: Walk, scope: Scope, def: NodeDef, node: FlatNode): Done | undefined {
  const names = BRANCHES[def.op] ?? (CASES.has(def.op) ? cases(def) : undefined);
  if (!names) return undefined;
  const edges = bind(walk, scope, def, node, names);
  return edges ? { edges, control: [node] } : { node, control: [node] };
}

/** The branches of a Case are a list of functions: named by their number from here on. */
function cases(def: NodeDef): string[] {
  const functions = def.attr.get('branches')?.list?.func ?? [];
  functions.forEach((func, i) => {
    def.attr.set(String(i), { func });
  });
  return functions.map((_, i) => String(i));
}

/** Each branch becomes a graph of its own; resources are bound now, because plans know no handles. */
function bind(walk: Walk, scope: Scope, def: NodeDef, node: FlatNode, names: string[]): Edge[] | undefined {
  const loop = def.op.endsWith('While');
  const carried = loop ? node.inputs : node.inputs.slice(1);
  node.bodies = {};
  for (const name of names) {
    const body = walk.body(functionAttr(def, name) ?? '', node.name);
    const inputs = carried.map((edge, i) =>
      isHandleOp(edge.node.op) ? edge : { node: newNode(`${node.name}/${name}/arg${i}`, 'Input'), index: 0 },
    );
    const inner = walk.functionScope(scope, def, body, inputs);
    inner.after = [];
    const references = (body.def.signature?.output_arg ?? []).map((output) => body.def.ret.get(output.name) ?? '');
    let outputs = walk.edges(inner, references);
    if (name === 'body') outputs = outputs.filter((_, i) => !isHandleOp(inputs[i]?.node.op ?? ''));
    const after = walk.nodes(inner, [...body.def.control_ret.values()]);
    const kept = inputs.filter((edge) => edge.node.op === 'Input').map((edge) => edge.node);
    node.bodies[name] = { inputs: kept, outputs, after };
  }
  node.inputs = node.inputs.filter((edge) => !isHandleOp(edge.node.op));
  if (!loop) return undefined;
  // The loop's outputs are numbered as its inputs were, handles included.
  let index = 0;
  return carried.map((edge) => (isHandleOp(edge.node.op) ? edge : { node, index: index++ }));
}
