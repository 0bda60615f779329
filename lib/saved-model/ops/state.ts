import type { Value } from '../device.ts';
import { release, retain } from '../device.ts';
import type { FlatNode } from '../graph.ts';
import { BINARY } from './binary.ts';
import type { Env, Kernel, OpRow } from './op.ts';
import { refuse } from './op.ts';

/** Variables that a signature changes; reads of all others became constants long before. */
export const STATE: Record<string, OpRow> = {
  ReadVariableOp: { effect: true, make: (node, env) => read(node, env) },
  AssignVariableOp: { effect: true, make: (node, env) => assign(node, env, ([value]) => retain(value as Value)) },
  Assign: { effect: true, make: (node, env) => assign(node, env, ([value]) => retain(value as Value)) },
  AssignAddVariableOp: { effect: true, make: (node, env) => update(node, env, 'AddV2') },
  AssignSubVariableOp: { effect: true, make: (node, env) => update(node, env, 'Sub') },
  ResourceApplyGradientDescent: { effect: true, make: (node, env) => descend(node, env) },
  AssignAdd: { effect: true, make: (node, env) => update(node, env, 'AddV2') },
  AssignSub: { effect: true, make: (node, env) => update(node, env, 'Sub') },
};

/** Ops that change the variable that their first input names. */
export const WRITES = new Set([
  'AssignVariableOp',
  'Assign',
  'AssignAddVariableOp',
  'AssignSubVariableOp',
  'AssignAdd',
  'AssignSub',
  'RngReadAndSkip',
  'ResourceApplyGradientDescent',
]);

export function handleOf(node: FlatNode): FlatNode {
  return (node.inputs[0] as FlatNode['inputs'][0]).node;
}

function variable(node: FlatNode, env: Env): Value {
  const { name } = handleOf(node);
  const value = env.state.variables.get(name);
  if (!value) throw refuse(node, `the variable "${name}" has no value: it is not in the checkpoint`);
  return value;
}

function read(node: FlatNode, env: Env): Kernel {
  return () => retain(variable(node, env));
}

function assign(node: FlatNode, env: Env, next: (inputs: Value[]) => Value): Kernel {
  const { name } = handleOf(node);
  return (inputs) => {
    const value = next(inputs);
    const old = env.state.variables.get(name);
    env.state.variables.set(name, value);
    if (old) release(old);
    // TF1: the op's result is the variable itself.
    return [retain(value)];
  };
}

/** A step of plain gradient descent, in a signature that trains. */
function descend(node: FlatNode, env: Env): Kernel {
  const [times, minus] = [BINARY.Mul, BINARY.Sub].map((row) => (row as OpRow).make(node, env)) as [Kernel, Kernel];
  return assign(node, env, ([rate, gradient]) => {
    const step = times([rate as Value, gradient as Value]) as Value;
    const next = minus([variable(node, env), step]) as Value;
    release(step);
    return next;
  });
}

function update(node: FlatNode, env: Env, op: string): Kernel {
  const apply = (BINARY[op] as OpRow).make(node, env);
  return assign(node, env, ([change]) => apply([variable(node, env), change as Value]) as Value);
}
