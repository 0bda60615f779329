import type { Value } from '../device.ts';
import { DEAD, hostValue, onHost, release, retain } from '../device.ts';
import { sizeOf } from '../dtype.ts';
import type { FlatNode, SubGraph } from '../graph.ts';
import type { Body, Env, Kernel, OpRow } from './op.ts';
import { refuse, row } from './op.ts';

/** Branches and loops: everything is synchronous, so the condition is simply read. Each has a twin that pauses between the steps. */
export const CONTROL: Record<string, OpRow> = {
  While: row((node, env) => loop(node, env)),
  StatelessWhile: row((node, env) => loop(node, env)),
  If: row((node, env) => branch(node, env)),
  StatelessIf: row((node, env) => branch(node, env)),
  Case: row((node, env) => choose(node, env)),
  StatelessCase: row((node, env) => choose(node, env)),
  // The branches of TF1: what the condition did not choose is dead, and so is all that is computed from it.
  Switch: { effect: true, make: (node) => (inputs) => route(node, inputs) },
  Merge: { effect: true, make: () => merge },
};

function body(node: FlatNode, name: string): SubGraph {
  return (node.bodies as Record<string, SubGraph>)[name] as SubGraph;
}

function loop(node: FlatNode, env: Env): Kernel {
  const condition = env.compile(body(node, 'cond'));
  const step = env.compile(body(node, 'body'));
  const run = (inputs: Value[]): Value[] => {
    let values = inputs.map(retain);
    try {
      while (holds(node, condition(values)[0] as Value)) values = instead(values, step(values));
    } catch (error) {
      values.forEach(release);
      throw error;
    }
    return values;
  };
  function* paced(inputs: Value[]): Generator<void, Value[]> {
    let values = inputs.map(retain);
    let done = false;
    try {
      while (holds(node, (yield* condition.paced(values))[0] as Value)) {
        values = instead(values, yield* step.paced(values));
        yield;
      }
      done = true;
      return values;
    } finally {
      // Also when the run is given up.
      if (!done) values.forEach(release);
    }
  }
  return Object.assign(run, { paced });
}

function instead(old: Value[], next: Value[]): Value[] {
  old.forEach(release);
  return next;
}

function branch(node: FlatNode, env: Env): Kernel {
  const [yes, no] = [env.compile(body(node, 'then_branch')), env.compile(body(node, 'else_branch'))];
  return either((condition) => (truth(node, condition) ? yes : no));
}

/** A number out of range chooses the last branch. */
function choose(node: FlatNode, env: Env): Kernel {
  const branches = Object.keys(node.bodies ?? {}).map((name) => env.compile(body(node, name)));
  return either((index) => branches[Number(onHost(index)[0])] ?? (branches.at(-1) as Body));
}

/** The first input chooses what the others go through. */
function either(chosen: (by: Value) => Body): Kernel {
  const run = ([by, ...inputs]: Value[]): Value[] => chosen(by as Value)(inputs);
  return Object.assign(run, { paced: ([by, ...inputs]: Value[]) => chosen(by as Value).paced(inputs) });
}

function route(node: FlatNode, [value, condition]: Value[]): Value[] {
  const outputs = [DEAD, DEAD];
  outputs[truth(node, condition as Value) ? 1 : 0] = retain(value as Value);
  return outputs;
}

/** The input that lives, and which one it was. */
function merge(inputs: Value[]): Value[] {
  const at = inputs.findIndex((value) => value !== DEAD);
  if (at < 0) return [DEAD, DEAD];
  return [retain(inputs[at] as Value), hostValue('int32', [], Int32Array.of(at))];
}

function holds(node: FlatNode, condition: Value): boolean {
  const result = truth(node, condition);
  release(condition);
  return result;
}

/** TensorFlow's rule: a scalar by its value, anything else by having elements. */
function truth(node: FlatNode, condition: Value): boolean {
  if (condition.shape.length > 0) return sizeOf(condition.shape) > 0;
  const [value] = onHost(condition);
  if (value === undefined) throw refuse(node, 'the condition is empty');
  return value instanceof Uint8Array ? value.length > 0 : Boolean(value);
}
