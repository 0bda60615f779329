import { functionAttr, textAttr } from './attr.ts';
import { branching } from './branches.ts';
import { corrupt, ModelError } from './error.ts';
import type { Body, Edge, FlatNode, Library, SubGraph } from './graph.ts';
import { flatIndex, newNode, parseReference } from './graph.ts';
import { isHandleOp, isTF1Variable, isVariable, readTF1, takesVariable } from './handles.ts';
import type { NodeDef } from './schema.ts';
import type { Done, Scope, Task } from './scope.ts';
import { MAX_DEPTH, newScope } from './scope.ts';
import { exitOf, isLoopOp, loopOf } from './tf1-loop.ts';

/** What a graph is asked for: tensors and nodes of the root graph, with the tensors that are given instead of computed. */
export type Target = { feeds: string[]; fetches: string[]; runs?: string[] };

/**
 * The part of the root graph that leads to the target, functions inlined. Walks with a stack of its own: a long chain of
 * nodes must not end the process, and a cycle (a TF1 loop) must be named.
 */
export function inlineTarget(library: Library, target: Target): SubGraph {
  const feeds = target.feeds.map((name) => ({ name, node: newNode(name, 'Input') }));
  // Any tensor may be fed, not only a placeholder: the walk back from the fetches stops there.
  const fed = new Map(feeds.map(({ name, node }) => [tensorKey(name), { node, index: 0 }]));
  const scope = newScope({ path: '', depth: 0, nodes: library.root, fed });
  const walk = new Walk(library);
  return {
    inputs: feeds.map(({ node }) => node),
    outputs: walk.edges(scope, target.fetches).map((edge) => readTF1(edge, [])),
    after: walk.nodes(scope, target.runs ?? []),
  };
}

/** A file of a few kilobytes can ask for any number of nodes by functions that call functions twice. */
const MAX_NODES = 500_000;
const CALLS = new Set([
  'PartitionedCall',
  'StatefulPartitionedCall',
  'TPUPartitionedCall',
  'RemoteCall',
  'SymbolicGradient',
]);
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
        loopOf(this, task.scope, def).enters.flatMap(({ input }) => input),
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
    return newScope({ path, depth: scope.depth + 1, nodes: body.nodes, args, after });
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
    if (def.op === 'Exit') return exitOf(this, scope, def);
    const inputs = this.dataInputs(scope, def);
    const after = [...scope.after, ...this.controls(scope, def), ...inputs.flatMap(({ node }) => node.routed ?? [])];
    if (isHandleOp(def.op)) return this.resource(scope, def);
    const [first] = inputs;
    if (def.op === 'Switch' && first && isHandleOp(first.node.op) && !isVariable(first))
      return routeHandle(scope, def, inputs);
    const branched = this.hasSwitches(scope);
    if (PASS.has(def.op) && first && first.node.op !== 'Switch' && (after.length === 0 || isHandleOp(first.node.op)))
      return { edges: [first], control: branched ? [...after, first.node] : after };
    if (def.op === 'Const' && branched && after.length > 0) return this.branchConstant(scope, def, after);
    const node: FlatNode = { name: scope.path + def.name, op: def.op, attr: def.attr, inputs, after };
    if (inputs.some(isVariable) && !takesVariable(def.op)) node.inputs = inputs.map((input) => readTF1(input, after));
    return branching(this, scope, def, node) ?? { node, control: [node] };
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
}

function tensorKey(name: string): string {
  const { name: node, index } = parseReference(name);
  return `${node}:${index}`;
}

/** A handle is no value that could be dead: what uses it waits for the branch instead. */
function routeHandle(scope: Scope, def: NodeDef, [handle, condition]: Edge[]): Done {
  const node = newNode(scope.path + def.name, 'Switch', [condition as Edge, condition as Edge]);
  const edges = ['false', 'true'].map((side, index) => {
    const routed = newNode(`${node.name}/${side}`, 'Identity', [{ node, index }]);
    return { node: { ...(handle as Edge).node, routed }, index: 0 };
  });
  return { edges, control: [node] };
}
