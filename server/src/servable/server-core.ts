import { StatusError, statusText } from '../codec/errors.ts';
import { type ModelConfig, validateModels } from '../config/model-config.ts';
import type { Log } from '../log.ts';
import { Manager } from './manager.ts';
import { idText } from './servable.ts';
import { pollModels } from './source.ts';
import type { LoadOptions, Version } from './version.ts';
import { isWhole } from './whole.ts';

export type CoreOptions = LoadOptions & {
  log: Log;
  /** Seconds between two looks at the base paths; 0: look once; less: never. */
  pollSeconds: number;
  /** Labels may name versions that are not loaded yet, where the label is new. */
  allowLabelsForUnavailable?: boolean;
  /** Classify and regress want the right method_name in the signature. */
  checkMethodName?: boolean;
};

/** Milliseconds until a folder that is still being written is looked at again: a little more than isWhole wants it to rest. */
const SOON = 350;

/** Which version a request asks for. */
export type Wanted = { name: string; version?: bigint | undefined; label?: string | undefined };

/** The models of the configuration, found on disk, loaded, labelled: what TF Serving calls ServerCore. */
export class ServerCore {
  readonly manager: Manager;
  #options: CoreOptions;
  #models: readonly ModelConfig[] = [];
  #labels = new Map<string, Map<string, bigint>>();
  /** Some version's folder was not whole at the last look. */
  #copying = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CoreOptions) {
    this.#options = options;
    this.manager = new Manager(options, options.log);
  }

  /**
   * Takes a configuration, at start or in place of the old one; resolves when each new model has a version that answers. A base
   * path that is missing or empty is waited for without end, as in TF Serving.
   */
  async configure(models: readonly ModelConfig[]): Promise<void> {
    const { log } = this.#options;
    validateModels(models, this.#models);
    const first = this.#models.length === 0;
    const added = models.filter(({ name }) => !this.#models.some((old) => old.name === name));
    const dropped = this.#models.filter(({ name }) => !models.some((model) => model.name === name));
    log('I', 'adding', 'Adding/updating models.');
    for (const { name } of models) log('I', 're-adding', ` (Re-)adding model: ${name}`);
    this.#models = models;
    for (const { name } of dropped) this.manager.aspire(name, []);
    this.poll();
    this.#schedule();
    await this.#untilAvailable(
      added.map(({ name }) => name),
      first ? 'servable(s)' : 'model(s)',
    );
    await this.#untilLabelledSettle();
    this.#setLabels();
    log('I', 'finished adding', 'Finished adding/updating models');
  }

  /** Looks at the base paths now. */
  poll(): void {
    const { log, pollSeconds } = this.#options;
    this.manager.nudge();
    const found = pollModels(this.#models, log);
    this.#copying = false;
    for (const [name, versions] of found ?? []) {
      const ready =
        pollSeconds > 0
          ? versions.filter(({ version, path }) => this.#known(name, version) || isWhole(path))
          : versions;
      if (ready.length < versions.length) this.#copying = true;
      // The old version goes on serving until the new folder is whole.
      if (ready.length < versions.length && this.manager.names().includes(name)) continue;
      this.manager.aspire(name, ready);
    }
  }

  /** The version that answers a request. */
  find(wanted: Wanted): Version {
    const { name, label } = wanted;
    if (name === '') throw new StatusError('INVALID_ARGUMENT', 'ModelSpec has no name specified.');
    const labelled = label === undefined ? undefined : this.#labels.get(name)?.get(label);
    if (label !== undefined && labelled === undefined) {
      const labels = Object.fromEntries([...this.labelsOf(name)].map(([key, version]) => [key, String(version)]));
      throw new StatusError('INVALID_ARGUMENT', `Unrecognized servable version label: ${label}`, { labels });
    }
    const version = labelled ?? wanted.version;
    const found = this.manager.find(name, version);
    if (found) return found;
    const request = version === undefined ? `Latest(${name})` : `Specific(${name}, ${version})`;
    throw new StatusError('NOT_FOUND', `Servable not found for request: ${request}`, this.#available(name));
  }

  /** What could have been asked for: the model's versions, or the models where there is none of that name. */
  #available(name: string): Record<string, unknown> {
    const versions = this.manager.board.versions(name);
    if (versions.length === 0) return { models: this.#models.map((model) => model.name) };
    return { versions: Object.fromEntries(versions.map(([version, { state }]) => [String(version), state])) };
  }

  labelsOf(name: string): ReadonlyMap<string, bigint> {
    return this.#labels.get(name) ?? new Map();
  }

  get checkMethodName(): boolean {
    return this.#options.checkMethodName ?? false;
  }

  get models(): readonly ModelConfig[] {
    return this.#models;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#models = [];
    await this.manager.close();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const { pollSeconds } = this.#options;
    if (pollSeconds <= 0) return;
    // A version that was just written is looked at again soon, however long the poll's pause is.
    const pause = pollSeconds * 1000;
    this.#timer = setTimeout(
      () => {
        this.poll();
        this.#schedule();
      },
      this.#copying ? Math.min(SOON, pause) : pause,
    );
  }

  #known(name: string, version: bigint): boolean {
    const state = this.manager.board.get(name, version);
    return state !== undefined && (state.state !== 'END' || state.error !== undefined);
  }

  async #untilAvailable(names: string[], noun: string): Promise<void> {
    const { board } = this.manager;
    const settled = (name: string): boolean =>
      board.versions(name).some(([, { state }]) => state === 'AVAILABLE' || state === 'END');
    await board.until(() => names.every(settled));
    const failed = names.flatMap((name) => {
      const versions = board.versions(name);
      if (versions.some(([, { state }]) => state === 'AVAILABLE')) return [];
      const [version, { error }] = versions.find(([, { state }]) => state === 'END') as (typeof versions)[0];
      return [`${idText({ name, version })}${error ? ` due to error: ${statusText(error)}` : ''}}, `];
    });
    if (failed.length > 0) {
      throw new StatusError('UNKNOWN', `${failed.length} ${noun} did not become available: {${failed.join('')}}`);
    }
  }

  /** TF Serving refuses a label whose version still loads, so that labels at start depend on luck; waiting for it breaks nobody. */
  async #untilLabelledSettle(): Promise<void> {
    const { board } = this.manager;
    const labelled = this.#models.flatMap(({ name, labels }) =>
      [...labels.values()].map((version) => ({ name, version })),
    );
    const settled = ({ name, version }: { name: string; version: bigint }): boolean => {
      const state = board.get(name, version)?.state;
      return state !== 'START' && state !== 'LOADING';
    };
    await board.until(() => labelled.every(settled));
  }

  #setLabels(): void {
    const labels = new Map<string, Map<string, bigint>>();
    for (const { name, labels: wanted } of this.#models) {
      for (const [label, version] of wanted) {
        const available = this.manager.board.get(name, version)?.state === 'AVAILABLE';
        const before = this.#labels.get(name)?.get(label);
        const allowed = this.#options.allowLabelsForUnavailable && (before === undefined || before === version);
        if (!available && !allowed) {
          throw new StatusError(
            'FAILED_PRECONDITION',
            `Request to assign label to version ${version} of model ${name}, which is not currently available for inference`,
          );
        }
      }
      labels.set(name, wanted);
    }
    this.#labels = labels;
  }
}
