import { join, resolve } from 'node:path';
import { assetsOf } from './assets.ts';
import { boundKeys } from './bound.ts';
import type { Bundle } from './bundle.ts';
import { naming, openBundle } from './bundle.ts';
import type { Value } from './device.ts';
import { constant, freeConstant, hostValue, onHost, release } from './device.ts';
import { ModelError } from './error.ts';
import { type ExampleFeatures, exampleFeatures } from './example-features.ts';
import type { Constants } from './fold.ts';
import { checkGiven, feedType, givenValue } from './given.ts';
import type { FlatNode, Library, SubGraph } from './graph.ts';
import { indexGraph } from './graph.ts';
import { isHandleOp } from './handles.ts';
import { inlineTarget } from './inline.ts';
import { setEntries, tableOf } from './ops/lookup.ts';
import type { State } from './ops/op.ts';
import { handleOf, WRITES } from './ops/state.ts';
import { OPS } from './ops/table.ts';
import { allNodes } from './order.ts';
import type { Plan } from './plan.ts';
import { compileInSteps, compilePlan, inOneGo } from './plan.ts';
import { modelFile, readMetaGraph } from './read.ts';
import { folderOf } from './replaced.ts';
import { restoreKeys } from './restore.ts';
import type { MetaGraphDef, SignatureDef } from './schema.ts';
import { INIT_SIGNATURE, readSignatures } from './signature.ts';
import type { DType, HostTensor, Signature, TensorInfo } from './value.ts';

export type ServableModel = {
  path: string;
  tags: string[];
  signatures: Record<string, Signature>;
  /** Everything that the file says about signatures, in protobuf's terms, `__saved_model_init_op` included. */
  signatureDefs: Record<string, SignatureDef>;
  /** Signatures that cannot run, each with the reason: every unsupported op and its nodes. */
  problems: Record<string, string>;
  /** The tf.Example features that a signature reads; undefined where it parses none. */
  features(signature: string): ExampleFeatures | undefined;
  /**
   * Runs a signature. Synchronous; the weights are never copied.
   * @param outputs keys of the wanted outputs; all when absent
   */
  run(signature: string, inputs: Record<string, HostTensor>, outputs?: string[]): Record<string, HostTensor>;
  /** The same, one step of the graph at a time: whoever drives it may pause between them, or give up by return(). */
  begin(
    signature: string,
    inputs: Record<string, HostTensor>,
    outputs?: string[],
  ): Generator<void, Record<string, HostTensor>>;
  /** Frees the weights. */
  close(): void;
};

/**
 * Opens a SavedModel for running: reads the graph, the variables and the tables, and finds out whether it can run. Where
 * there is only a `model.tflite`, or `preferLite` asks for it, that TensorFlow Lite model is opened.
 * @throws ModelError when a file is missing, corrupt, or no signature can run
 */
export function openSavedModel(
  exportPath: string,
  options: { tags?: string[]; preferLite?: boolean } = {},
): ServableModel {
  return inOneGo(openInSteps(exportPath, options));
}

/** The same in steps of a few milliseconds (a large graph's takes longer): a server answers requests between them. */
export function* openInSteps(
  exportPath: string,
  options: { tags?: string[]; preferLite?: boolean } = {},
): Generator<void, ServableModel> {
  const path = folderOf(resolve(exportPath));
  const tags = options.tags ?? ['serve'];
  const meta = readMetaGraph(path, tags, options.preferLite);
  yield;
  const bundle = openBundle(join(path, 'variables', 'variables'));
  try {
    const opened = new Opened(path, tags, meta);
    yield* opened.load(bundle);
    return opened.servable();
  } catch (error) {
    return naming(modelFile(path, options.preferLite), () => {
      throw error;
    });
  } finally {
    bundle.close();
  }
}

/** Sets of outputs that clients ask for get their own plans; more than this many are compiled anew. */
const MAX_PLANS = 16;

const keyOf = (name: string, outputs: string[]): string => JSON.stringify([name, outputs]);

type Runner = { plan: Plan; inputs: [string, DType][]; outputs: string[] };

class Opened {
  path: string;
  tags: string[];
  meta: MetaGraphDef;
  library: Library;
  signatures: Record<string, Signature>;
  problems: Record<string, string> = Object.create(null);
  state: State = { variables: new Map(), tables: new Map() };
  constants: Value[] = [];
  variables = new Map<string, Value | undefined>();
  mutable = new Set<string>();
  runners = new Map<string, Runner>();
  closed = false;

  constructor(path: string, tags: string[], meta: MetaGraphDef) {
    this.path = path;
    this.tags = tags;
    this.meta = meta;
    this.library = indexGraph(
      meta.graph_def ?? { node: [], library: undefined, versions: undefined },
      meta.meta_info_def?.stripped_op_list?.op ?? [],
    );
    this.signatures = readSignatures(meta.signature_def);
  }

  *load(bundle: Bundle): Generator<void> {
    const graphs = this.checkSignatures();
    yield;
    yield* this.restore(bundle, graphs);
    this.initialise();
    yield;
    const [first] = Object.keys(this.signatures).filter((name) => !this.problems[name]);
    const wanted = this.signatures.serving_default && !this.problems.serving_default ? 'serving_default' : first;
    // The usual signature is compiled now, so that the first request finds it ready.
    if (wanted) yield* this.compile(wanted, Object.keys((this.signatures[wanted] as Signature).outputs));
  }

  servable(): ServableModel {
    return {
      path: this.path,
      tags: this.tags,
      signatures: this.signatures,
      signatureDefs: Object.fromEntries(this.meta.signature_def),
      problems: this.problems,
      features: (name) => {
        const signature = this.signatures[name];
        return signature && exampleFeatures(this.inline(signature, Object.keys(signature.outputs)));
      },
      run: (signature, inputs, outputs) => this.run(signature, inputs, outputs),
      begin: (signature, inputs, outputs) => this.begin(signature, inputs, outputs),
      close: () => this.close(),
    };
  }

  /** Inlines every signature once, to know its variables and whether all its ops can run. */
  checkSignatures(): SubGraph[] {
    const graphs: SubGraph[] = [];
    for (const [name, signature] of Object.entries(this.signatures)) {
      try {
        const graph = this.inline(signature, Object.keys(signature.outputs));
        const missing = missingOps(graph);
        if (missing) this.problems[name] = missing;
        else graphs.push(graph);
      } catch (error) {
        if (!(error instanceof ModelError) || error.code !== 'UNIMPLEMENTED') throw error;
        this.problems[name] = error.message;
      }
    }
    const reasons = Object.entries(this.problems);
    if (reasons.length > 0 && graphs.length === 0) {
      throw new ModelError(
        'UNIMPLEMENTED',
        reasons.map(([name, text]) => `signature "${name}" cannot run: ${text}`).join('\n'),
      );
    }
    return graphs;
  }

  inline(signature: Signature, outputs: string[]): SubGraph {
    const names = (infos: TensorInfo[]) => infos.map((info) => info.name);
    return inlineTarget(this.library, {
      feeds: names(Object.values(signature.inputs)),
      fetches: names(outputs.map((key) => signature.outputs[key] as TensorInfo)),
    });
  }

  /** Reads the variables that the signatures use, and no others: Keras stores every weight twice. */
  *restore(bundle: Bundle, graphs: SubGraph[]): Generator<void> {
    const { keys, tables } = restoreKeys(this.library, this.meta.saver_def?.restore_op_name ?? '');
    const used = new Set<string>();
    let unreached = false;
    for (const node of graphs.flatMap(allNodes)) {
      for (const { node: handle } of node.inputs) {
        if (isHandleOp(handle.op)) used.add(handle.name);
        unreached ||= handle.op === 'VarHandleOp' && !keys.has(handle.name);
      }
      if (WRITES.has(node.op)) this.mutable.add(handleOf(node).name);
    }
    const bound = unreached ? boundKeys(this.meta, this.library, bundle) : new Map<string, string>();
    for (const name of used) {
      const key = bound.get(name);
      const source = keys.get(name) ?? (key === undefined ? undefined : { key, box: undefined });
      const value = source && this.keep(constant(bundle.get(source.key, source.box)));
      this.variables.set(name, value);
      if (value) this.state.variables.set(name, value);
      yield;
    }
    for (const [name, { handle, keys: of, values }] of tables) {
      if (!used.has(name)) continue;
      const [list, found] = [of, values].map(({ key, box }) => constant(bundle.get(key, box)));
      setEntries(tableOf(handle, this.state), list as Value, found as Value);
    }
  }

  /** Runs the op that fills tables and asset paths, if the model has one that does anything. */
  initialise(): void {
    const op = this.initOp();
    if (!op) return;
    const assets = assetsOf(this.meta);
    const graph = inlineTarget(this.library, {
      feeds: assets.map((asset) => asset.tensor_info?.name ?? ''),
      fetches: [],
      runs: [op],
    });
    const missing = missingOps(graph);
    if (missing) throw new ModelError('UNIMPLEMENTED', `the initialisation cannot run: ${missing}`);
    const paths = assets.map((asset) => Buffer.from(join(this.path, 'assets', asset.filename)));
    const inputs = paths.map((bytes) => hostValue('string', [], [bytes]));
    compilePlan(graph, { ...this.access(), variable: () => undefined }, this.state)(inputs);
  }

  initOp(): string | undefined {
    const signature = this.meta.signature_def.get(INIT_SIGNATURE)?.outputs.get(INIT_SIGNATURE)?.name;
    const collection = (name: string) => this.meta.collection_def.get(name)?.node_list?.value[0];
    const name = signature ?? collection('saved_model_main_op') ?? collection('legacy_init_op');
    return name?.replace(/:\d+$/, '');
  }

  access(): Constants {
    return {
      variable: (handle: FlatNode) => (this.mutable.has(handle.name) ? undefined : this.variables.get(handle.name)),
      keep: (value) => this.keep(value),
    };
  }

  keep(value: Value): Value {
    value.refs = Number.MAX_SAFE_INTEGER;
    this.constants.push(value);
    return value;
  }

  runner(name: string, outputs: string[]): Runner {
    return this.runners.get(keyOf(name, outputs)) ?? inOneGo(this.compile(name, outputs));
  }

  *compile(name: string, outputs: string[]): Generator<void, Runner> {
    const signature = this.signatures[name] as Signature;
    const plan = yield* compileInSteps(this.inline(signature, outputs), this.access(), this.state);
    const inputs = Object.entries(signature.inputs).map(([key, info]): [string, DType] => [
      key,
      feedType(this.library, info),
    ]);
    const runner = { plan, inputs, outputs };
    if (this.runners.size < MAX_PLANS) this.runners.set(keyOf(name, outputs), runner);
    return runner;
  }

  run(name: string, inputs: Record<string, HostTensor>, wanted?: string[]): Record<string, HostTensor> {
    const { plan, outputs, values } = this.prepare(name, inputs, wanted);
    try {
      return collect(outputs, plan(values));
    } catch (error) {
      throw ofRun(name, error);
    } finally {
      values.forEach(release);
    }
  }

  *begin(
    name: string,
    inputs: Record<string, HostTensor>,
    wanted?: string[],
  ): Generator<void, Record<string, HostTensor>> {
    const { plan, outputs, values } = this.prepare(name, inputs, wanted);
    try {
      return collect(outputs, yield* plan.paced(values));
    } catch (error) {
      throw ofRun(name, error);
    } finally {
      values.forEach(release);
    }
  }

  prepare(
    name: string,
    inputs: Record<string, HostTensor>,
    wanted?: string[],
  ): { plan: Plan; outputs: string[]; values: Value[] } {
    if (this.closed) throw new ModelError('FAILED_PRECONDITION', `the model ${this.path} is closed`);
    const signature = Object.hasOwn(this.signatures, name) ? this.signatures[name] : undefined;
    if (!signature) throw new ModelError('FAILED_PRECONDITION', `Serving signature key "${name}" not found.`);
    const problem = this.problems[name];
    if (problem) throw new ModelError('UNIMPLEMENTED', `signature "${name}" cannot run: ${problem}`);
    checkGiven(signature, inputs, wanted);
    const runner = this.runner(name, wanted ?? Object.keys(signature.outputs));
    const values = runner.inputs.map(([key, dtype]) => givenValue(signature, key, dtype, inputs));
    return { plan: runner.plan, outputs: runner.outputs, values };
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const value of this.state.variables.values()) if (!this.constants.includes(value)) freeConstant(value);
    this.constants.forEach(freeConstant);
    this.runners.clear();
  }
}

function ofRun(name: string, error: unknown): ModelError {
  if (error instanceof ModelError) return error;
  return new ModelError('INTERNAL', `${name}: ${(error as Error).message}`, { cause: error });
}

function missingOps(graph: SubGraph): string | undefined {
  const nodes = new Map<string, string[]>();
  for (const node of allNodes(graph)) {
    if (node.op === 'Input' || OPS[node.op] || isHandleOp(node.op)) continue;
    nodes.set(node.op, [...(nodes.get(node.op) ?? []), node.name]);
  }
  if (nodes.size === 0) return undefined;
  const list = [...nodes].map(([op, names]) => {
    const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
    return `${op} (${names.slice(0, 3).join(', ')}${more})`;
  });
  return `ops that are not supported: ${list.sort().join('; ')}`;
}

function collect(names: string[], values: Value[]): Record<string, HostTensor> {
  const result: Record<string, HostTensor> = {};
  for (let i = 0; i < names.length; i++) {
    const value = values[i] as Value;
    if (value.dtype === 'variant') throw new ModelError('UNIMPLEMENTED', `output "${names[i]}" is a list`);
    const data = onHost(value);
    // The model's own numbers must not be changed by who asked for them.
    const own = value.refs > 1e9 ? (data.slice() as HostTensor['data']) : data;
    result[names[i] as string] = { dtype: value.dtype, shape: value.shape, data: own };
    release(value);
  }
  return result;
}
