import { functionAttr, textAttr } from './attr.ts';
import { corrupt, ModelError } from './error.ts';
import type { Body, Edge, FlatNode, Library, SubGraph } from './graph.ts';
import { flatIndex, newNode, parseReference } from './graph.ts';
import type { NodeDef } from './schema.ts';

/** What a graph is asked for: tensors and nodes of the root graph, with the tensors that are given instead of computed. */
export type Target = { feeds: string[]; fetches: string[]; runs?: string[] };

/**
 * The part of the root graph that leads to the target, functions inlined. Walks with a stack of its own: a long chain of
 * nodes must not end the process, and a cycle (a TF1 loop) must be named.
 */
export function inlineTarget(library: Library, target: Target): SubGraph {
  const feeds = target.feeds.map((name) => ({ name, node: newNode(name, 'Input') }));
  const scope: Scope = {
    path: '',
    depth: 0,
    nodes: library.root,
    args: new Map(),
    fed: new Map(),
    done: new Map(),
    active: new Set(),
    after: [],
  };
  // Any tensor may be fed, not only a placeholder: the walk back from the fetches stops there.
  scope.fed = new Map(feeds.map(({ name, node }) => [tensorKey(name), { node, index: 0 }]));
  const walk = new Walk(library);
  return {
    inputs: feeds.map(({ node }) => node),
    outputs: walk.edges(scope, target.fetches).map((edge) => walk.readTF1(edge, [])),
    after: walk.nodes(scope, target.runs ?? []),
  };
}

type Scope = {
  path: string;
  depth: number;
  nodes: Map<string, NodeDef>;
  /** A function's arguments. */
  args: Map<string, Edge>;
  /** Tensors that are given instead of computed, by `node:index`: what a request feeds, the variables of a TF1 loop. */
  fed: Map<string, Edge>;
  done: Map<string, Done>;
  /** Nodes whose inputs are being worked on: meeting one again is a cycle. */
  active: Set<string>;
  /** What the call itself had to wait for. */
  after: FlatNode[];
  /** By the name of their condition, once one of their exits was met. */
  loops?: Map<string, Loop>;
  /** Whether it has branches of TF1. */
  branched?: boolean;
};

/** A loop of TF1: Merge(Enter, NextIteration) → Switch → Exit for each variable, and what enters without changing. */
type Loop = {
  condition: string;
  variables: { switch: string; merge: string; enter: NodeDef; next: string }[];
  constants: NodeDef[];
  enters: NodeDef[];
  node?: FlatNode;
};

/** What a node became: one flat node, or (calls, identities) the tensors it passes on; and what `^node` waits for. */
type Done = { node?: FlatNode; edges?: Edge[]; control: FlatNode[] };

type Task = { scope: Scope; name: string; call?: { scope: Scope; body: Body } };

/** Deeper calls are a recursion that never ends when it is inlined. */
const MAX_DEPTH = 64;
/** A file of a few kilobytes can ask for any number of nodes by functions that call functions twice. */
const MAX_NODES = 500_000;
const CALLS = new Set([
  'PartitionedCall',
  'StatefulPartitionedCall',
  'TPUPartitionedCall',
  'RemoteCall',
  'SymbolicGradient',
]);
/** The parts of a TF1 loop: waiting for one of them is waiting for the loop's own step. */
const LOOP_PARTS = new Set(['Merge', 'Switch', 'LoopCond', 'NextIteration', 'Enter']);

function isLoopOp(op: string | undefined): boolean {
  return op !== undefined && LOOP_PARTS.has(op);
}

const CASES = new Set(['Case', 'StatelessCase']);
const BRANCHES: Record<string, string[]> = {
  While: ['cond', 'body'],
  StatelessWhile: ['cond', 'body'],
  If: ['then_branch', 'else_branch'],
  StatelessIf: ['then_branch', 'else_branch'],
};
/** Ops that pass their first input on unchanged. */
const PASS = new Set([
  'Identity',
  'StopGradient',
  'PreventGradient',
  'Snapshot',
  'PlaceholderWithDefault',
  'EnsureShape',
  'CheckNumerics',
  'DisableCopyOnRead',
  'ReadVariableXlaSplitND',
]);

class Walk {
  library: Library;
  /** One node for each resource, however often its op is inlined. */
  resources = new Map<string, FlatNode>();
  count = 0;

  constructor(library: Library) {
    this.library = library;
  }

  edges(scope: Scope, references: string[]): Edge[] {
    this.settle(scope, references);
    return references.map((reference) => this.edge(scope, reference) as Edge);
  }

  nodes(scope: Scope, names: string[]): FlatNode[] {
    this.settle(
      scope,
      names.map((name) => `^${name}`),
    );
    return names.flatMap((name) => scope.done.get(name)?.control ?? []);
  }

  /** Works until everything that `references` name is done. */
  settle(scope: Scope, references: string[]): void {
    const stack: Task[] = this.missing(scope, references);
    for (let task = stack.at(-1); task; task = stack.at(-1)) {
      const { active, done } = task.scope;
      if (done.has(task.name)) {
        stack.pop();
        continue;
      }
      const def = this.definition(task.scope, task.name);
      const waiting = this.waiting(task, def);
      if (waiting.length === 0) {
        done.set(task.name, this.build(task, def));
        active.delete(task.name);
        stack.pop();
        continue;
      }
      active.add(task.name);
      for (const next of waiting) {
        if (next.scope.active.has(next.name)) throw this.cycle(next);
        stack.push(next);
      }
    }
  }

  definition(scope: Scope, name: string): NodeDef {
    const def = scope.nodes.get(name);
    if (!def) throw corrupt(`the graph has no node "${scope.path}${name}"`);
    return def;
  }

  cycle({ scope, name }: Task): ModelError {
    const loops = [...scope.nodes.values()]
      .filter((node) => node.op.endsWith('NextIteration'))
      .map((node) => node.name);
    if (loops.length === 0) return corrupt(`node "${scope.path}${name}" depends on itself`);
    const list = loops.slice(0, 5).join(', ');
    return new ModelError('UNIMPLEMENTED', `a TF1 loop (NextIteration: ${list}) has a form that is not supported`);
  }

  /** What must be done before a node can be built: its inputs, then, for a call, what its function returns. */
  waiting(task: Task, def: NodeDef): Task[] {
    if (def.op === 'Exit')
      return this.missing(
        task.scope,
        this.loopOf(task.scope, def).enters.flatMap(({ input }) => input),
      );
    const inputs = this.missing(task.scope, def.input);
    if (inputs.length > 0) return inputs;
    task.call ??= this.enter(task.scope, def);
    if (!task.call) return [];
    const { def: callee } = task.call.body;
    const controls = [...callee.control_ret.values()].map((name) => `^${name}`);
    return this.missing(task.call.scope, [...callee.ret.values(), ...controls]);
  }

  missing(scope: Scope, references: string[]): Task[] {
    const tasks: Task[] = [];
    for (const reference of references) {
      const { name, control, index } = parseReference(reference);
      if (scope.done.has(name) || scope.args.has(name)) continue;
      if (control ? isLoopOp(scope.nodes.get(name)?.op) : scope.fed.has(`${name}:${index}`)) continue;
      tasks.push({ scope, name });
    }
    return tasks;
  }

  /** Undefined for a reference that is not done; errors for one that cannot be. */
  edge(scope: Scope, reference: string): Edge | undefined {
    const { name, output, index } = parseReference(reference);
    const fed = scope.fed.get(`${name}:${index}`);
    if (fed) return fed;
    const arg = scope.args.get(name);
    if (arg) return arg;
    const done = scope.done.get(name);
    if (!done) return undefined;
    const flat = flatIndex(this.library, this.definition(scope, name), output, index);
    if (done.node) return { node: done.node, index: flat };
    const edge = done.edges?.[flat];
    if (!edge) throw corrupt(`"${scope.path}${reference}" names an output that does not exist`);
    return edge;
  }

  calleeName(def: NodeDef): string | undefined {
    if (this.library.functions.has(def.op)) return def.op;
    return CALLS.has(def.op) ? (functionAttr(def, 'f') ?? '') : undefined;
  }

  enter(scope: Scope, def: NodeDef): Task['call'] {
    const name = this.calleeName(def);
    if (name === undefined) return undefined;
    const body = this.body(name, `${scope.path}${def.name}`);
    const inputs = this.dataInputs(scope, def);
    return { body, scope: this.functionScope(scope, def, body, inputs) };
  }

  body(name: string, caller: string): Body {
    const body = this.library.functions.get(name);
    if (!body) throw corrupt(`"${caller}" calls the function "${name}", which does not exist`);
    return body;
  }

  functionScope(scope: Scope, def: NodeDef, body: Body, inputs: Edge[]): Scope {
    const path = `${scope.path}${def.name}/`;
    if (scope.depth >= MAX_DEPTH)
      throw new ModelError('UNIMPLEMENTED', `functions call each other deeper than ${MAX_DEPTH}: ${path}`);
    const names = body.def.signature?.input_arg ?? [];
    if (names.length !== inputs.length) {
      throw corrupt(`"${path.slice(0, -1)}" gives ${inputs.length} arguments to a function of ${names.length}`);
    }
    const args = new Map(names.map((arg, i) => [arg.name, inputs[i] as Edge]));
    const after = [...scope.after, ...this.controls(scope, def)];
    return {
      path,
      depth: scope.depth + 1,
      nodes: body.nodes,
      args,
      fed: new Map(),
      done: new Map(),
      active: new Set(),
      after,
    };
  }

  dataInputs(scope: Scope, def: NodeDef): Edge[] {
    return def.input.filter((input) => !input.startsWith('^')).map((input) => this.edge(scope, input) as Edge);
  }

  controls(scope: Scope, def: NodeDef): FlatNode[] {
    const names = def.input.filter((input) => input.startsWith('^')).map((input) => input.slice(1));
    return names.flatMap((name) => scope.done.get(name)?.control ?? []);
  }

  build({ scope, call }: Task, def: NodeDef): Done {
    if (++this.count > MAX_NODES)
      throw new ModelError(
        'UNIMPLEMENTED',
        `the graph has more than ${MAX_NODES} nodes once its functions are inlined`,
      );
    if (call) return this.returned(call.scope, call.body);
    if (def.op === 'Exit') return this.exit(scope, def);
    const inputs = this.dataInputs(scope, def);
    const after = [...scope.after, ...this.controls(scope, def)];
    if (isHandleOp(def.op)) return this.resource(scope, def);
    const [first] = inputs;
    const branched = this.hasSwitches(scope);
    if (PASS.has(def.op) && first && first.node.op !== 'Switch' && (after.length === 0 || isHandleOp(first.node.op)))
      return { edges: [first], control: branched ? [...after, first.node] : after };
    if (def.op === 'Const' && branched && after.length > 0) return this.branchConstant(scope, def, after);
    const node: FlatNode = { name: scope.path + def.name, op: def.op, attr: def.attr, inputs, after };
    if (inputs.some(isVariable) && !takesVariable(def.op))
      node.inputs = inputs.map((input) => this.readTF1(input, after));
    const branches = BRANCHES[def.op] ?? (CASES.has(def.op) ? this.cases(def) : undefined);
    if (!branches) return { node, control: [node] };
    const edges = this.branch(scope, def, node, branches);
    return edges ? { edges, control: [node] } : { node, control: [node] };
  }

  hasSwitches(scope: Scope): boolean {
    scope.branched ??= [...scope.nodes.values()].some(({ op }) => op === 'Switch');
    return scope.branched;
  }

  /** A constant of a TF1 branch is as dead as the branch: something must run to find out. */
  branchConstant(scope: Scope, def: NodeDef, after: FlatNode[]): Done {
    const constant = newNode(scope.path + def.name, 'Const', [], def.attr);
    const node = { ...newNode(constant.name, 'Identity', [{ node: constant, index: 0 }]), after };
    return { node, control: [node] };
  }

  /** The branches of a Case are a list of functions: named by their number from here on. */
  cases(def: NodeDef): string[] {
    const functions = def.attr.get('branches')?.list?.func ?? [];
    functions.forEach((func, i) => {
      def.attr.set(String(i), { func });
    });
    return functions.map((_, i) => String(i));
  }

  /** A TF1 variable used as a value is read at that moment. */
  readTF1(input: Edge, after: FlatNode[]): Edge {
    if (!isVariable(input)) return input;
    return { node: { ...newNode(`${input.node.name}/read`, 'ReadVariableOp', [input]), after }, index: 0 };
  }

  returned(scope: Scope, body: Body): Done {
    const outputs = body.def.signature?.output_arg ?? [];
    const control = [...body.def.control_ret.values()].flatMap((name) => scope.done.get(name)?.control ?? []);
    const edges = outputs.map((output) => {
      const edge = this.edge(scope, body.def.ret.get(output.name) ?? '');
      if (!edge) throw corrupt(`function "${body.def.signature?.name}" does not return "${output.name}"`);
      if (control.length === 0 || isHandleOp(edge.node.op)) return edge;
      // Fetching a call's result runs the whole function, also what it does beside computing that result.
      return { node: { ...newNode(`${scope.path}${output.name}`, 'Identity', [edge]), after: control }, index: 0 };
    });
    return { edges, control };
  }

  /** Variables and tables: one node per resource, found by its shared name. */
  resource(scope: Scope, def: NodeDef): Done {
    const shared = textAttr(def, 'shared_name', '');
    const anonymous = shared === '' || shared === 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';
    const id = `${def.op}:${anonymous ? scope.path + def.name : shared}`;
    let node = this.resources.get(id);
    if (!node) {
      node = newNode(
        isTF1Variable(def.op) || !anonymous ? shared || def.name : scope.path + def.name,
        def.op,
        [],
        def.attr,
      );
      this.resources.set(id, node);
    }
    return { node, control: [] };
  }

  /** A TF1 loop, found from one of its exits. Its parts know each other by their frame's name and by who feeds whom. */
  loopOf(scope: Scope, exit: NodeDef): Loop {
    const at = (reference = '') => this.definition(scope, parseReference(reference).name);
    const one = at(exit.input[0]);
    const condition = at(one.input[1]);
    const known = scope.loops?.get(condition.name);
    if (known) return known;
    const first = at(at(one.input[0]).input[0]);
    if (one.op !== 'Switch' || condition.op !== 'LoopCond' || first.op !== 'Enter')
      throw new ModelError(
        'UNIMPLEMENTED',
        `the TF1 loop of node "${scope.path}${exit.name}" has a form that is not supported`,
      );
    const frame = textAttr(first, 'frame_name', '');
    const all = [...scope.nodes.values()];
    const enters = all.filter((node) => node.op === 'Enter' && textAttr(node, 'frame_name', '') === frame);
    const switches = all.filter(
      (node) => node.op === 'Switch' && parseReference(node.input[1] ?? '').name === condition.name,
    );
    const variables = switches.map((node) => {
      const merge = at(node.input[0]);
      const [enter, next] = merge.input.map(at);
      if (merge.op !== 'Merge' || enter?.op !== 'Enter' || next?.op !== 'NextIteration')
        throw new ModelError(
          'UNIMPLEMENTED',
          `the TF1 loop of node "${scope.path}${exit.name}" has a form that is not supported`,
        );
      return { switch: node.name, merge: merge.name, enter, next: next.input[0] ?? '' };
    });
    const constants = enters.filter((enter) => !variables.some((variable) => variable.enter === enter));
    const loop: Loop = { condition: condition.input[0] ?? '', variables, constants, enters };
    scope.loops ??= new Map();
    scope.loops.set(condition.name, loop);
    return loop;
  }

  /** The loop as one While: what enters are its arguments, what does not change in it comes last. */
  exit(scope: Scope, def: NodeDef): Done {
    const loop = this.loopOf(scope, def);
    const index = loop.variables.findIndex((variable) => variable.switch === parseReference(def.input[0] ?? '').name);
    loop.node ??= this.loopNode(scope, loop);
    return { edges: [{ node: loop.node, index }], control: [loop.node] };
  }

  loopNode(scope: Scope, loop: Loop): FlatNode {
    const entering = [...loop.variables.map(({ enter }) => enter), ...loop.constants];
    const inputs = entering.map((enter) => this.edge(scope, enter.input[0] ?? '') as Edge);
    const node = newNode(scope.path + (loop.variables[0]?.switch ?? 'while'), 'While');
    const make = (kind: string, key: (variable: Loop['variables'][0]) => string, references: string[]): SubGraph => {
      const args = inputs.map((edge, i) =>
        isHandleOp(edge.node.op) ? edge : { node: newNode(`${node.name}/${kind}/arg${i}`, 'Input'), index: 0 },
      );
      const keys = [...loop.variables.map(key), ...loop.constants.map(({ name }) => `${name}:0`)];
      const fed = new Map(keys.map((name, i) => [name, args[i] as Edge]));
      const inner: Scope = {
        ...scope,
        depth: scope.depth + 1,
        fed,
        done: new Map(),
        active: new Set(),
        after: [],
        loops: new Map(),
      };
      if (inner.depth > MAX_DEPTH)
        throw new ModelError('UNIMPLEMENTED', `loops are nested deeper than ${MAX_DEPTH}: ${node.name}`);
      const outputs = this.edges(inner, references).map((edge) => this.readTF1(edge, []));
      if (kind === 'body')
        outputs.push(...args.slice(loop.variables.length).filter((edge) => edge.node.op === 'Input'));
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

  /** Each branch becomes a graph of its own; resources are bound now, because plans know no handles. */
  branch(scope: Scope, def: NodeDef, node: FlatNode, names: string[]): Edge[] | undefined {
    const loop = def.op.endsWith('While');
    const carried = loop ? node.inputs : node.inputs.slice(1);
    node.bodies = {};
    for (const name of names) {
      const body = this.body(functionAttr(def, name) ?? '', node.name);
      const inputs = carried.map((edge, i) =>
        isHandleOp(edge.node.op) ? edge : { node: newNode(`${node.name}/${name}/arg${i}`, 'Input'), index: 0 },
      );
      const inner = this.functionScope(scope, def, body, inputs);
      inner.after = [];
      const references = (body.def.signature?.output_arg ?? []).map((output) => body.def.ret.get(output.name) ?? '');
      let outputs = this.edges(inner, references);
      if (name === 'body') outputs = outputs.filter((_, i) => !isHandleOp(inputs[i]?.node.op ?? ''));
      const after = this.nodes(inner, [...body.def.control_ret.values()]);
      const kept = inputs.filter((edge) => edge.node.op === 'Input').map((edge) => edge.node);
      node.bodies[name] = { inputs: kept, outputs, after };
    }
    node.inputs = node.inputs.filter((edge) => !isHandleOp(edge.node.op));
    if (!loop) return undefined;
    // The loop's outputs are numbered as its inputs were, handles included.
    let index = 0;
    return carried.map((edge) => (isHandleOp(edge.node.op) ? edge : { node, index: index++ }));
  }
}

function tensorKey(name: string): string {
  const { name: node, index } = parseReference(name);
  return `${node}:${index}`;
}

/** Ops whose output is a handle to something that outlives a request. */
export function isHandleOp(op: string): boolean {
  return (
    op === 'VarHandleOp' ||
    isTF1Variable(op) ||
    /^(Mutable|Anonymous)?(Mutable)?Hash(Table|TableV2|TableOfTensors.*)$/.test(op)
  );
}

export function isTF1Variable(op: string): boolean {
  return op === 'VariableV2' || op === 'Variable';
}

function isVariable(edge: Edge): boolean {
  return isTF1Variable(edge.node.op);
}

function takesVariable(op: string): boolean {
  return op.startsWith('Assign') || op === 'IsVariableInitialized' || op.startsWith('Scatter');
}
