import { CannotSave } from './layer.ts';
import type { FunctionWriter, Ref } from './writer.ts';
import { attr } from './writer.ts';

/** Writes an activation by its tfjs name (`relu`, or a serialised `{className, config}`). */
export function writeActivation(writer: FunctionWriter, spec: unknown, x: Ref): Ref {
  const name = activationName(spec);
  const write = ACTIVATIONS[name];
  if (!write)
    throw new CannotSave(`its activation "${name}" cannot be saved; known: ${Object.keys(ACTIVATIONS).join(', ')}`);
  return write(writer, x);
}

function activationName(spec: unknown): string {
  if (spec === undefined || spec === null) return 'linear';
  const name = typeof spec === 'string' ? spec : String((spec as { className?: string }).className);
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

const ACTIVATIONS: Record<string, (writer: FunctionWriter, x: Ref) => Ref> = {
  linear: (_, x) => x,
  relu: (w, x) => w.like('Relu', [x]),
  relu6: (w, x) => w.like('Relu6', [x]),
  elu: (w, x) => w.like('Elu', [x]),
  selu: (w, x) => w.like('Selu', [x]),
  sigmoid: (w, x) => w.like('Sigmoid', [x]),
  tanh: (w, x) => w.like('Tanh', [x]),
  softmax: (w, x) => w.like('Softmax', [x]),
  softplus: (w, x) => w.like('Softplus', [x]),
  softsign: (w, x) => w.like('Softsign', [x]),
  hardSigmoid: (w, x) => {
    const line = w.like('AddV2', [w.like('Mul', [x, w.number(0.2, x)]), w.number(0.5, x)]);
    return w.like('Minimum', [w.like('Maximum', [line, w.number(0, x)]), w.number(1, x)]);
  },
  swish: (w, x) => w.like('Mul', [x, w.like('Sigmoid', [x])]),
  mish: (w, x) => w.like('Mul', [x, w.like('Tanh', [w.like('Softplus', [x])])]),
  gelu: (w, x) => {
    const erf = w.like('Erf', [w.like('Mul', [x, w.number(Math.SQRT1_2, x)])]);
    return w.like('Mul', [w.like('Mul', [x, w.number(0.5, x)]), w.like('AddV2', [erf, w.number(1, x)])]);
  },
  // tfjs's tanh approximation of gelu.
  geluNew: (w, x) => {
    const cube = w.like('Mul', [w.like('Mul', [x, x]), x]);
    const inner = w.like('AddV2', [x, w.like('Mul', [cube, w.number(0.044715, x)])]);
    const tanh = w.like('Tanh', [w.like('Mul', [inner, w.number(Math.sqrt(2 / Math.PI), x)])]);
    return w.like('Mul', [w.like('Mul', [x, w.number(0.5, x)]), w.like('AddV2', [tanh, w.number(1, x)])]);
  },
};

export function leakyRelu(writer: FunctionWriter, x: Ref, alpha: number): Ref {
  return writer.like('LeakyRelu', [x], { alpha: attr.float(alpha) });
}
