import type { Value } from './device.ts';
import { DEAD, release, retain } from './device.ts';
import type { Constants } from './fold.ts';
import { foldConstants } from './fold.ts';
import { fuse } from './fuse.ts';
import type { Edge, FlatNode, SubGraph } from './graph.ts';
import { isHandleOp } from './inline.ts';
import type { Env, Kernel, State } from './ops/op.ts';
import { OPS } from './ops/table.ts';

/** A graph as a list of steps: what runs for every request. The arguments stay the caller's, the results become the caller's. */
export type Plan = (inputs: Value[]) => Value[];

/** Folds, fuses and lays out a graph. Shapes are not looked at: one plan serves every batch size. */
export function compilePlan(graph: SubGraph, constants: Constants, state: State): Plan {
  const env: Env = { state, compile: (body) => compilePlan(body, constants, state) };
  const nodes = fuse(graph, foldConstants(graph, constants, env), constants);
  const layout = layOut(graph, nodes);
  const steps = nodes.filter((node) => runs(node)).map((node) => makeStep(node, layout, env));
  const outputs = graph.outputs.map((edge) => layout.slot(edge));
  if (nodes.some(({ op }) => op === 'Switch')) skipDead(nodes, steps, layout);
  const inputs = graph.inputs.map((node) => (layout.first.has(node) ? layout.slot({ node, index: 0 }) : -1));
  freeAtLastUse(steps, layout, inputs, outputs);
  return (values) => execute(layout.base, steps, inputs, outputs, values);
}

type Step = {
  kernel: Kernel;
  from: number[];
  to: number;
  count: number;
  /** Slots that no later step reads. */
  free: number[];
};

type Layout = {
  base: (Value | undefined)[];
  first: Map<FlatNode, number>;
  counts: Map<FlatNode, number>;
  slot(edge: Edge): number;
};

function runs(node: FlatNode): boolean {
  return node.op !== 'Const' && node.op !== 'Input' && node.op !== 'NoOp' && !isHandleOp(node.op);
}

/** Each output that someone reads has a slot; constants lie in theirs from the start. */
function layOut(graph: SubGraph, nodes: FlatNode[]): Layout {
  const counts = new Map<FlatNode, number>(
    nodes.map((node) => [node, node.op === 'Input' || node.op === 'Const' ? 1 : 0]),
  );
  // What a TF1 branch waits for has a slot too: it may be dead.
  if (nodes.some(({ op }) => op === 'Switch'))
    for (const node of nodes) for (const before of node.after) if (runs(before)) counts.set(before, 1);
  for (const { node, index } of [...graph.outputs, ...nodes.flatMap((node) => node.inputs)]) {
    counts.set(node, Math.max(counts.get(node) ?? 0, index + 1));
  }
  const first = new Map<FlatNode, number>();
  const base: (Value | undefined)[] = [];
  for (const node of nodes) {
    first.set(node, base.length);
    for (let i = counts.get(node) as number; i > 0; i--) base.push(node.value);
  }
  return { base, first, counts, slot: ({ node, index }) => (first.get(node) as number) + index };
}

function makeStep(node: FlatNode, layout: Layout, env: Env): Step {
  const row = OPS[node.op];
  if (!row) throw new Error(`op ${node.op} of node ${node.name} was not found missing at load`);
  return {
    kernel: row.make(node, env),
    from: node.inputs.filter((edge) => !isHandleOp(edge.node.op)).map((edge) => layout.slot(edge)),
    to: layout.first.get(node) as number,
    count: layout.counts.get(node) as number,
    free: [],
  };
}

/** In a graph with TF1 branches a step whose inputs (or what it waits for) are dead does not run. */
function skipDead(nodes: FlatNode[], steps: Step[], layout: Layout): void {
  nodes.filter(runs).forEach((node, i) => {
    if (node.op === 'Merge') return;
    const step = steps[i] as Step;
    const { kernel, count, from } = step;
    const waits = node.after.filter((before) => runs(before) && (layout.counts.get(before) ?? 0) > 0);
    const extra = waits.map((before) => layout.slot({ node: before, index: 0 }));
    const own = from.length;
    step.from = [...from, ...extra];
    const dead = count <= 1 ? DEAD : new Array(count).fill(DEAD);
    step.kernel = (inputs) => (inputs.includes(DEAD) ? dead : kernel(extra.length > 0 ? inputs.slice(0, own) : inputs));
  });
}

function freeAtLastUse(steps: Step[], layout: Layout, inputs: number[], outputs: number[]): void {
  const kept = new Set(outputs);
  const seen = new Set<number>();
  for (const step of steps.toReversed()) {
    const own = Array.from({ length: step.count }, (_, i) => step.to + i);
    for (const slot of [...step.from, ...own]) {
      if (seen.has(slot) || kept.has(slot) || layout.base[slot]) continue;
      seen.add(slot);
      step.free.push(slot);
    }
  }
  // An input that nothing reads is freed with the leftovers at the end.
  for (const slot of inputs) seen.add(slot);
}

function execute(base: Layout['base'], steps: Step[], inputs: number[], outputs: number[], values: Value[]): Value[] {
  const slots = base.slice();
  for (let i = 0; i < inputs.length; i++) {
    const slot = inputs[i] as number;
    if (slot >= 0) slots[slot] = retain(values[i] as Value);
  }
  try {
    for (const step of steps) {
      const from = step.from;
      const args: Value[] = new Array(from.length);
      for (let i = 0; i < from.length; i++) args[i] = slots[from[i] as number] as Value;
      store(slots, step, step.kernel(args));
      for (const slot of step.free) {
        const value = slots[slot];
        if (value) release(value);
        slots[slot] = undefined;
      }
    }
    return outputs.map((slot) => retain(slots[slot] as Value));
  } finally {
    for (let i = 0; i < slots.length; i++) {
      const value = slots[i];
      if (value && value !== base[i]) release(value);
    }
  }
}

function store(slots: (Value | undefined)[], step: Step, result: Value | Value[]): void {
  if (!Array.isArray(result)) {
    if (step.count > 0) slots[step.to] = result;
    else release(result);
    return;
  }
  for (let i = 0; i < result.length; i++) {
    if (i < step.count) slots[step.to + i] = result[i];
    else release(result[i] as Value);
  }
}
