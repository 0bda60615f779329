import { textAttr } from './attr.ts';
import { ModelError } from './error.ts';
import type { Edge, FlatNode, SubGraph } from './graph.ts';
import { newNode, parseReference } from './graph.ts';
import { isHandleOp, readTF1 } from './handles.ts';
import type { NodeDef } from './schema.ts';
import type { Done, Loop, Scope, Walk } from './scope.ts';
import { MAX_DEPTH, newScope } from './scope.ts';

/** Its parts: waiting for one of them is waiting for the loop's own step. */
const LOOP_PARTS = new Set(['Merge', 'Switch', 'LoopCond', 'NextIteration', 'Enter']);

export function isLoopOp(op: string | undefined): boolean {
  return op !== undefined && LOOP_PARTS.has(op);
}

/** A TF1 loop, found from one of its exits. Its parts know each other by their frame's name and by who feeds whom. */
export function loopOf(walk: Walk, scope: Scope, exit: NodeDef): Loop {
  const at = (reference = '') => walk.definition(scope, parseReference(reference).name);
  const one = at(exit.input[0]);
  const condition = at(one.input[1]);
  const known = scope.loops?.get(condition.name);
  if (known) return known;
  const first = at(at(one.input[0]).input[0]);
  if (one.op !== 'Switch' || condition.op !== 'LoopCond' || first.op !== 'Enter') throw oddLoop(scope, exit);
  const frame = textAttr(first, 'frame_name', '');
  const all = [...scope.nodes.values()];
  const enters = all.filter((node) => node.op === 'Enter' && textAttr(node, 'frame_name', '') === frame);
  const switches = all.filter(
    (node) => node.op === 'Switch' && parseReference(node.input[1] ?? '').name === condition.name,
  );
  const variables = switches.map((node) => {
    const merge = at(node.input[0]);
    const [enter, next] = merge.input.map(at);
    if (merge.op !== 'Merge' || enter?.op !== 'Enter' || next?.op !== 'NextIteration') throw oddLoop(scope, exit);
    return { switch: node.name, merge: merge.name, enter, next: next.input[0] ?? '' };
  });
  const constants = enters.filter((enter) => !variables.some((variable) => variable.enter === enter));
  const loop: Loop = { condition: condition.input[0] ?? '', variables, constants, enters };
  scope.loops ??= new Map();
  scope.loops.set(condition.name, loop);
  return loop;
}

function oddLoop(scope: Scope, { name }: NodeDef): ModelError {
  const message = `the TF1 loop of node "${scope.path}${name}" has a form that is not supported`;
  return new ModelError('UNIMPLEMENTED', message);
}

/** The loop as one While: what enters are its arguments, what does not change in it comes last. */
export function exitOf(walk: Walk, scope: Scope, def: NodeDef): Done {
  const loop = loopOf(walk, scope, def);
  const index = loop.variables.findIndex((variable) => variable.switch === parseReference(def.input[0] ?? '').name);
  loop.node ??= loopNode(walk, scope, loop);
  return { edges: [{ node: loop.node, index }], control: [loop.node] };
}

function loopNode(walk: Walk, scope: Scope, loop: Loop): FlatNode {
  const entering = [...loop.variables.map(({ enter }) => enter), ...loop.constants];
  const inputs = entering.map((enter) => walk.edge(scope, enter.input[0] ?? '') as Edge);
  const node = newNode(scope.path + (loop.variables[0]?.switch ?? 'while'), 'While');
  const make = (kind: string, key: (variable: Loop['variables'][0]) => string, references: string[]): SubGraph => {
    const args = inputs.map((edge, i) =>
      isHandleOp(edge.node.op) ? edge : { node: newNode(`${node.name}/${kind}/arg${i}`, 'Input'), index: 0 },
    );
    const keys = [...loop.variables.map(key), ...loop.constants.map(({ name }) => `${name}:0`)];
    const fed = new Map(keys.map((name, i) => [name, args[i] as Edge]));
    const { path, nodes, args: own, branched } = scope;
    const inner = newScope({ path, nodes, args: own, branched, depth: scope.depth + 1, fed, loops: new Map() });
    if (inner.depth > MAX_DEPTH)
      throw new ModelError('UNIMPLEMENTED', `loops are nested deeper than ${MAX_DEPTH}: ${node.name}`);
    const outputs = walk.edges(inner, references).map((edge) => readTF1(edge, []));
    if (kind === 'body') outputs.push(...args.slice(loop.variables.length).filter((edge) => edge.node.op === 'Input'));
    return { inputs: args.filter((edge) => edge.node.op === 'Input').map((edge) => edge.node), outputs, after: [] };
  };
  node.bodies = {
    cond: make('cond', (variable) => `${variable.merge}:0`, [loop.condition]),
    body: make(
      'body',
      (variable) => `${variable.switch}:1`,
      loop.variables.map(({ next }) => next),
    ),
  };
  node.inputs = inputs.filter((edge) => !isHandleOp(edge.node.op));
  return node;
}
