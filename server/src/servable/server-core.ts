import { setTimeout as sleep } from 'node:timers/promises';
import { StatusError, statusText } from '../codec/errors.ts';
import { type ModelConfig, validateModels } from '../config/model-config.ts';
import type { Log } from '../log.ts';
import { type Council, Demand, type DemandReport } from './demand.ts';
import { Labels } from './labels.ts';
import { Manager } from './manager.ts';
import { Memory } from './memory.ts';
import { idText } from './servable.ts';
import { pollModels } from './source.ts';
import type { State } from './states.ts';
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
  /** Models are loaded by their first request; what is counted of that, where something is. */
  onDemand?: { report: DemandReport | undefined; council?: Council | undefined } | undefined;
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
  #labels: Labels;
  #configured = false;
  /** Some version's folder was not whole at the last look. */
  #copying = false;
  #timer: NodeJS.Timeout | undefined;
  #demand: Demand | undefined;

  constructor(options: CoreOptions) {
    this.#options = options;
    this.manager = new Manager(options, options.log);
    this.#labels = new Labels(
      (name, version) => this.#answers(this.manager.board.get(name, version)?.state),
      options.allowLabelsForUnavailable ?? false,
    );
    const { onDemand, memory = new Memory({ total: Infinity, ofModel: () => Infinity }), log } = options;
    if (onDemand) this.#demand = new Demand(this.manager, memory, log, onDemand.report, onDemand.council);
  }

  /**
   * Takes a configuration, at start or in place of the old one; resolves when each new model has a version that answers. A base
   * path that is missing or empty is waited for without end, as in TF Serving.
   */
  async configure(models: readonly ModelConfig[]): Promise<void> {
    const { log } = this.#options;
    validateModels(models, this.#models);
    const already = this.#labels.thatAnswer(models);
    const coming = models.some(({ labels }) => labels.size > 0) && pollModels(models, () => {});
    if (coming) this.#labels.refuse(models, already, coming);
    const first = !this.#configured;
    this.#configured = true;
    const before = this.manager.board.changes;
    const added = models.filter(({ name }) => !this.#models.some((old) => old.name === name));
    const dropped = this.#models.filter(({ name }) => !models.some((model) => model.name === name));
    log('I', 'adding', 'Adding/updating models.');
    for (const { name } of models) log('I', 're-adding', ` (Re-)adding model: ${name}`);
    this.#models = models;
    for (const { name } of dropped) {
      this.manager.aspire(name, []);
      this.#demand?.drop(name);
    }
    this.poll();
    this.#schedule();
    this.manager.board.look();
    if (this.#demand) await this.#untilCopied();
    else {
      await this.#untilAvailable(
        added.map(({ name }) => name),
        first ? 'servable(s)' : 'model(s)',
        before,
      );
      await this.#untilLabelledSettle();
    }
    const labels = this.#labels.checked(this.#models, already);
    // A label that moves answers the same in all processes.
    if (labels) await this.#options.together?.labelled(labels.text);
    labels?.take();
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
      if (this.#demand) this.#demand.found(name, ready);
      else this.manager.aspire(name, ready);
    }
  }

  /** Where models are loaded on demand: what the request has to wait for before it begins. */
  wake(name: string): Promise<void> | undefined {
    return this.#demand?.wake(name);
  }

  /** Which models are loaded, where that is by demand. */
  get demand(): Demand | undefined {
    return this.#demand;
  }

  /** Whether it can be asked: a version is loaded, or would be. */
  isReady(name: string): boolean {
    return this.manager.board.versions(name).some(([, { state }]) => this.#answers(state));
  }

  #answers(state: State | undefined): boolean {
    return state === 'AVAILABLE' || (this.#demand !== undefined && (state === 'START' || state === 'LOADING'));
  }

  /** The version that answers a request. */
  find(wanted: Wanted): Version {
    const { name, label } = wanted;
    if (name === '') throw new StatusError('INVALID_ARGUMENT', 'ModelSpec has no name specified.');
    const labelled = label === undefined ? undefined : this.#labels.of(name).get(label);
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
    return this.#labels.of(name);
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

  /** What was written just before the start is found by its first request; a copy that takes longer turns up when it is whole. */
  async #untilCopied(): Promise<void> {
    for (let tries = 0; this.#copying && tries < 3; tries++) {
      await sleep(SOON);
      this.poll();
    }
  }

  #known(name: string, version: bigint): boolean {
    const state = this.manager.board.get(name, version);
    return state !== undefined && (state.state !== 'END' || state.error !== undefined);
  }

  /** A model may have been served before: how its versions ended before that change says nothing about this time. */
  async #untilAvailable(names: string[], noun: string, before: number): Promise<void> {
    const { board } = this.manager;
    const available = (name: string): boolean => board.versions(name).some(([, { state }]) => state === 'AVAILABLE');
    const failure = (name: string) =>
      board.versions(name).find(([, { state, error, change }]) => state === 'END' && error && change > before);
    // A later configuration may have dropped it meanwhile.
    const dropped = (name: string): boolean => !this.#models.some((model) => model.name === name);
    await board.until(() => names.every((name) => available(name) || failure(name) || dropped(name)));
    const failed = names.flatMap((name) => {
      const [version, { error }] = (available(name) ? undefined : failure(name)) ?? [0n, {}];
      return error ? [`{${idText({ name, version })} due to error: ${statusText(error)}}, `] : [];
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
}
