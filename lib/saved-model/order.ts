import type { FlatNode, SubGraph } from './graph.ts';
import { OPS } from './ops/table.ts';

/** The nodes that a graph needs, each after its inputs. Control edges to nodes that do nothing but compute are dropped. */
export function orderNodes(graph: SubGraph): FlatNode[] {
  const all = visit([...graph.outputs.map((edge) => edge.node), ...graph.after], (node) => node.after);
  const acting = new Set<FlatNode>();
  for (const node of all) {
    node.after = node.after.filter((before) => acting.has(before));
    if (acts(node) || node.after.length > 0 || node.inputs.some((edge) => acting.has(edge.node))) acting.add(node);
  }
  graph.after = graph.after.filter((node) => acting.has(node));
  return visit([...graph.outputs.map((edge) => edge.node), ...graph.after], (node) => node.after);
}

/** Does running this node change something that outlives the request (or read what others change)? */
export function acts(node: FlatNode): boolean {
  if (OPS[node.op]?.effect) return true;
  return Object.values(node.bodies ?? {}).some((body) =>
    visit([...body.outputs.map((edge) => edge.node), ...body.after], (n) => n.after).some(acts),
  );
}

/** Nodes of a graph and of all branches and loop bodies in it. */
export function allNodes(graph: SubGraph): FlatNode[] {
  const nodes = visit([...graph.outputs.map((edge) => edge.node), ...graph.after], (node) => node.after);
  return nodes.flatMap((node) => [node, ...Object.values(node.bodies ?? {}).flatMap(allNodes)]);
}

/** Depth first without recursion: real chains are longer than the stack is deep. */
function visit(roots: FlatNode[], before: (node: FlatNode) => FlatNode[]): FlatNode[] {
  const order: FlatNode[] = [];
  const seen = new Set<FlatNode>();
  const stack: { node: FlatNode; next: FlatNode[] }[] = [];
  const push = (node: FlatNode) => {
    if (seen.has(node)) return;
    seen.add(node);
    stack.push({ node, next: [...node.inputs.map((edge) => edge.node), ...before(node)] });
  };
  for (const root of roots) {
    push(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.next.pop();
      if (next) push(next);
      else order.push((stack.pop() as (typeof stack)[0]).node);
    }
  }
  return order;
}

export function isConstant(node: FlatNode): boolean {
  return node.op === 'Const';
}
