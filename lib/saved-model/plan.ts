import type { Value } from './device.ts';
import { DEAD, release, retain } from './device.ts';
import type { Constants } from './fold.ts';
import { foldConstants } from './fold.ts';
import { fuse } from './fuse.ts';
import type { Edge, FlatNode, SubGraph } from './graph.ts';
import { isHandleOp } from './handles.ts';
import type { Env, Kernel, State } from './ops/op.ts';
import { OPS } from './ops/table.ts';

/** A graph as a list of steps: what runs for every request. The arguments stay the caller's, the results become the caller's. */
export type Plan = {
  (inputs: Value[]): Value[];
  /** The same in steps, also those of loops and branches: whoever drives it may pause between them, or give up by return(). */
  paced(inputs: Value[]): Generator<void, Value[]>;
};

/** Folds, fuses and lays out a graph. Shapes are not looked at: one plan serves every batch size. */
export function compilePlan(graph: SubGraph, constants: Constants, state: State): Plan {
  return inOneGo(compileInSteps(graph, constants, state));
}

/** All steps at once. */
export function inOneGo<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same in steps; the bodies of loops and branches are one each. */
export function* compileInSteps(graph: SubGraph, constants: Constants, state: State): Generator<void, Plan> {
  const env: Env = { state, compile: (body) => compilePlan(body, constants, state) };
  const nodes = yield* fuse(graph, foldConstants(graph, constants, env), constants);
  const layout = layOut(graph, nodes);
  const steps = nodes.filter((node) => runs(node)).map((node) => makeStep(node, layout, env));
  const outputs = graph.outputs.map((edge) => layout.slot(edge));
  if (nodes.some(({ op }) => op === 'Switch')) skipDead(nodes, steps, layout);
  const inputs = graph.inputs.map((node) => (layout.first.has(node) ? layout.slot({ node, index: 0 }) : -1));
  freeAtLastUse(steps, layout, inputs, outputs);
  const work: Work = { base: layout.base, steps, inputs, outputs };
  return Object.assign((values: Value[]) => execute(work, values), { paced: (values: Value[]) => pace(work, values) });
}

type Work = { base: Layout['base']; steps: Step[]; inputs: number[]; outputs: number[] };

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

function execute(work: Work, values: Value[]): Value[] {
  const slots = fill(work, values);
  try {
    for (const step of work.steps) finish(slots, step, step.kernel(argumentsOf(slots, step)));
    return work.outputs.map((slot) => retain(slots[slot] as Value));
  } finally {
    clear(slots, work.base);
  }
}

/** execute() with a pause between its steps. It stands beside it so that a run in one piece does not pay for a generator. */
function* pace(work: Work, values: Value[]): Generator<void, Value[]> {
  const slots = fill(work, values);
  try {
    for (const [i, step] of work.steps.entries()) {
      if (i > 0) yield;
      const { kernel } = step;
      const args = argumentsOf(slots, step);
      finish(slots, step, kernel.paced ? yield* kernel.paced(args) : kernel(args));
    }
    return work.outputs.map((slot) => retain(slots[slot] as Value));
  } finally {
    clear(slots, work.base);
  }
}

function fill({ base, inputs }: Work, values: Value[]): (Value | undefined)[] {
  const slots = base.slice();
  for (let i = 0; i < inputs.length; i++) {
    const slot = inputs[i] as number;
    if (slot >= 0) slots[slot] = retain(values[i] as Value);
  }
  return slots;
}

function argumentsOf(slots: (Value | undefined)[], { from }: Step): Value[] {
  const args: Value[] = new Array(from.length);
  for (let i = 0; i < from.length; i++) args[i] = slots[from[i] as number] as Value;
  return args;
}

function finish(slots: (Value | undefined)[], step: Step, result: Value | Value[]): void {
  store(slots, step, result);
  for (const slot of step.free) {
    const value = slots[slot];
    if (value) release(value);
    slots[slot] = undefined;
  }
}

function clear(slots: (Value | undefined)[], base: Layout['base']): void {
  for (let i = 0; i < slots.length; i++) {
    const value = slots[i];
    if (value && value !== base[i]) release(value);
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
