/**
 * Controls in a notebook whose changes call TypeScript: Jupyter's own widgets (the front end's extension is PyPI's
 * jupyterlab_widgets), spoken to over comms by their protocol 2.1. Without the extension the text is shown.
 */
import { type Comm, type CommData, openComm } from './comms.ts';

export type Widget<T> = {
  /** What the user has chosen; assigning moves the control. */
  value: T;
  /** Calls back after each change by the user. */
  onChange(listener: (value: T) => unknown): Widget<T>;
  /** Takes the control away. */
  close(): void;
};

export type SliderOptions = { min?: number; max?: number; step?: number; value?: number; label?: string };

/**
 * A slider: whole numbers, unless its step is a fraction.
 * @example slider({ max: 9, label: 'image' }).onChange((i) => updateDisplay(plotImage(images[i]), { id: 'shown' }))
 */
export function slider({ min = 0, max = 100, step = 1, value = min, label = '' }: SliderOptions = {}): Widget<number> {
  const kind = [min, step, value].every(Number.isInteger) ? 'IntSlider' : 'FloatSlider';
  const state = { min, max, step, value, description: label, style: part('controls', 'SliderStyle') };
  return control(kind, state, 'value', (now) => `slider ${label && `${label} `}${now} (${min} … ${max})`);
}

export function checkbox({ value = false, label = '' }: { value?: boolean; label?: string } = {}): Widget<boolean> {
  const state = { value, description: label, indent: false, style: part('controls', 'CheckboxStyle') };
  return control('Checkbox', state, 'value', (now) => `[${now ? 'x' : ' '}] ${label}`);
}

/** One of several; `value` is its text. */
export function dropdown(
  choices: readonly string[],
  { value = choices[0]!, label = '' }: { value?: string; label?: string } = {},
): Widget<string> {
  const style = part('controls', 'DescriptionStyle');
  const state = { _options_labels: choices, index: choices.indexOf(value), description: label, style };
  const at = control<number>('Dropdown', state, 'index', (now) => `${label && `${label} `}${choices[now]}`);
  return translated(at, {
    read: (index) => choices[index]!,
    write: (choice) => choices.indexOf(choice),
  });
}

/** A line of text; it counts when the user leaves the field or presses Enter. */
export function textField({ value = '', label = '' }: { value?: string; label?: string } = {}): Widget<string> {
  const state = { value, description: label, continuous_update: false, style: part('controls', 'TextStyle') };
  return control('Text', state, 'value', (now) => `${label && `${label} `}${JSON.stringify(now)}`);
}

/** Counts how often it was pressed. @example button('again').onChange(() => train(model, data)) */
export function button(label: string): Widget<number> {
  let presses = 0;
  const { comm, state } = open('Button', { description: label, style: part('controls', 'ButtonStyle') });
  const listeners: ((value: number) => unknown)[] = [];
  comm.onMessage(async ({ data }) => {
    if (data.method === 'request_state') comm.send({ method: 'update', state, buffer_paths: [] });
    const { event } = (data.content ?? {}) as { event?: string };
    if (data.method !== 'custom' || event !== 'click') return;
    presses += 1;
    for (const listener of listeners) await listener(presses);
  });
  return shown<number>(comm, () => `[ ${label} ]`, {
    get value() {
      return presses;
    },
    set value(_) {
      throw new TypeError('a button counts its presses; they cannot be set');
    },
    onChange(listener) {
      listeners.push(listener);
      return this;
    },
    close: () => comm.close(),
  });
}

const MODULES = { base: ['@jupyter-widgets/base', '2.0.0'], controls: ['@jupyter-widgets/controls', '2.0.0'] } as const;

/** A model of its own that another refers to: its layout, its style. */
function part(module: keyof typeof MODULES, name: string): string {
  const [_model_module, _model_module_version] = MODULES[module];
  const names = { _model_name: `${name}Model`, _view_name: name === 'Layout' ? 'LayoutView' : 'StyleView' };
  const state = {
    ...names,
    _model_module,
    _model_module_version,
    _view_module: MODULES.base[0],
    _view_module_version: MODULES.base[1],
  };
  const comm = openModel(state);
  // A front end that joins later asks for every model's state, and shows none before it has all.
  comm.onMessage(({ data }) => {
    if (data.method === 'request_state') comm.send({ method: 'update', state, buffer_paths: [] });
  });
  return `IPY_MODEL_${comm.id}`;
}

function open(name: string, state: CommData): { comm: Comm; state: CommData } {
  const [module, version] = MODULES.controls;
  const whole = {
    _model_module: module,
    _model_module_version: version,
    _model_name: `${name}Model`,
    _view_module: module,
    _view_module_version: version,
    _view_name: `${name}View`,
    layout: part('base', 'Layout'),
    ...state,
  };
  return { comm: openModel(whole), state: whole };
}

function openModel(state: CommData): Comm {
  return openComm('jupyter.widget', { state, buffer_paths: [] }, { metadata: { version: '2.1.0' } });
}

function control<T>(name: string, given: CommData, key: string, text: (value: T) => string): Widget<T> {
  const { comm, state } = open(name, given);
  const listeners: ((value: T) => unknown)[] = [];
  const update = (changed: CommData) => comm.send({ method: 'update', state: changed, buffer_paths: [] });
  comm.onMessage(async ({ data }) => {
    if (data.method === 'request_state') return update(state);
    if (data.method !== 'update') return;
    // Another front end of this kernel shows the same control; the one that sent this knows its own by the parent.
    comm.send({ method: 'echo_update', state: data.state, buffer_paths: [] });
    const before = state[key];
    Object.assign(state, data.state);
    if (state[key] === before) return;
    for (const listener of listeners) await listener(state[key] as T);
  });
  return shown<T>(comm, () => text(state[key] as T), {
    get value() {
      return state[key] as T;
    },
    set value(value) {
      state[key] = value;
      update({ [key]: value });
    },
    onChange(listener) {
      listeners.push(listener);
      return this;
    },
    close: () => comm.close(),
  });
}

function shown<T>(comm: Comm, text: () => string, widget: Widget<T>): Widget<T> {
  const view = { version_major: 2, version_minor: 0, model_id: comm.id };
  const display = () => ({ 'application/vnd.jupyter.widget-view+json': view, 'text/plain': text() });
  return Object.defineProperty(widget, Symbol.for('Jupyter.display'), { value: display });
}

function translated<A, B>(
  widget: Widget<A>,
  { read, write }: { read: (value: A) => B; write: (value: B) => A },
): Widget<B> {
  const other: Widget<B> = {
    get value() {
      return read(widget.value);
    },
    set value(value) {
      widget.value = write(value);
    },
    onChange(listener) {
      widget.onChange((value) => listener(read(value)));
      return this;
    },
    close: widget.close,
  };
  const key = Symbol.for('Jupyter.display');
  return Object.defineProperty(other, key, { value: (widget as unknown as Record<symbol, unknown>)[key] });
}
