import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StatusError, statusText, toStatus } from '../codec/errors.ts';
import type { Log } from '../log.ts';
import type { Memory } from './memory.ts';
import { idText, type OpenModel, type ServableModel, type Together, type VersionId } from './servable.ts';
import type { StateBoard } from './states.ts';
import { folderPrint, isWhole } from './whole.ts';

export type LoadOptions = {
  open: OpenModel;
  tags: string[];
  preferLite?: boolean | undefined;
  maxRetries: number;
  /** Milliseconds between two tries; 0 or less: none. */
  retryInterval: number;
  /** Replays the folder's warm-up records; throws when one fails. */
  warmUp?: ((model: ServableModel, id: VersionId, path: string) => void | Promise<void>) | undefined;
  /** What is counted of every try. */
  tried?: ((path: string, loaded: boolean, micros: number) => void) | undefined;
  together?: Together | undefined;
  /** Where a version must fit before it is loaded. */
  memory?: Memory | undefined;
};

/** One version's life: loading with retries, serving, quiescing while requests still use it, unloaded. */
export class Version {
  readonly id: VersionId;
  readonly path: string;
  phase: 'new' | 'loading' | 'ready' | 'quiescing' | 'gone' | 'error' = 'new';
  aspired = true;
  model: ServableModel | undefined;
  #log: Log;
  #board: StateBoard;
  #uses = 0;
  #idle: (() => void) | undefined;
  #wake: (() => void) | undefined;
  #together: Together | undefined;
  #memory: Memory | undefined;
  /** What the folder held when it was last tried. */
  #tried = '';

  constructor(id: VersionId, path: string, log: Log, board: StateBoard) {
    this.id = id;
    this.path = path;
    this.#log = log;
    this.#board = board;
    board.set(id.name, id.version, 'START');
  }

  async load(options: LoadOptions): Promise<void> {
    const text = idText(this.id);
    this.phase = 'loading';
    this.#log('I', 'reserved', `Successfully reserved resources to load servable ${text}`);
    this.#log('I', 'approving', `Approving load for servable version ${text}`);
    this.#board.set(this.id.name, this.id.version, 'LOADING');
    this.#log('I', 'loading', `Loading servable version ${text}`);
    this.#memory = options.memory;
    const result = this.#memory?.reserve(this.id, this.path) ?? (await this.#tryToLoad(options, text));
    if (result instanceof StatusError) {
      this.#memory?.release(this.id);
      this.phase = 'error';
      this.#board.set(this.id.name, this.id.version, 'END', result);
      this.#log('I', 'load error', `Encountered an error for servable version ${text}: ${statusText(result)}`);
      this.#log('E', 'cannot load', `Servable ${text} cannot be loaded: ${statusText(result)}`);
      return;
    }
    this.#together = options.together;
    if (this.aspired) await this.#together?.ready('load', this.id);
    if (!this.aspired) return this.#discard(result, text);
    this.model = result;
    this.phase = 'ready';
    this.#log('I', 'loaded', `Successfully loaded servable version ${text}`);
    this.#board.set(this.id.name, this.id.version, 'AVAILABLE');
  }

  /** Stops new requests at once; resolves when the last running one has ended and the model is closed. */
  async unload(): Promise<void> {
    const text = idText(this.id);
    await this.#together?.ready('unload', this.id);
    // Wanted again while the others were waited for.
    if (this.aspired) return;
    this.phase = 'quiescing';
    this.#log('I', 'quiescing', `Quiescing servable version ${text}`);
    this.#board.set(this.id.name, this.id.version, 'UNLOADING');
    if (this.#uses > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    this.#log('I', 'quiesced', `Done quiescing servable version ${text}`);
    this.#close(this.model as ServableModel, text);
    this.model = undefined;
    this.#board.set(this.id.name, this.id.version, 'END');
  }

  /** The model, held until release() is called: a swap waits for that. */
  acquire(): ServableModel {
    this.#uses++;
    return this.model as ServableModel;
  }

  /** Whether a request is using it. */
  get inUse(): boolean {
    return this.#uses > 0;
  }

  release(): void {
    this.#uses--;
    if (this.#uses === 0) this.#idle?.();
  }

  /** No longer wanted: a pending retry gives up; a finished load is thrown away. */
  cancelLoad(): void {
    this.aspired = false;
    this.#wake?.();
    this.#together?.cancel('load', this.id);
  }

  /** Ends the pause before the next try when the folder is not what it was: a copy that was under way may be done. */
  nudge(): void {
    if (this.#wake && folderPrint(this.path) !== this.#tried && isWhole(this.path)) this.#wake();
  }

  async #tryToLoad(options: LoadOptions, text: string): Promise<ServableModel | StatusError> {
    const description = `Loading servable: ${text}`;
    let status = new StatusError('UNKNOWN', 'not tried');
    let tries = 0;
    do {
      if (tries > 0) {
        await this.#pause(options.retryInterval);
        this.#log('I', 'retry', `Retrying of ${description} retry: ${tries}`);
      }
      try {
        this.#tried = folderPrint(this.path);
        return await this.#open(options);
      } catch (error) {
        status = toStatus(error);
        this.#log('E', 'failed', `${description} failed: ${statusText(status)}`);
      }
      tries++;
    } while (tries <= options.maxRetries && this.aspired);
    if (!this.aspired) this.#log('I', 'cancelled', `Retrying of ${description} was cancelled.`);
    if (tries > options.maxRetries) {
      this.#log('I', 'exhausted', `Retrying of ${description} exhausted max_num_retries: ${options.maxRetries}`);
    }
    return status;
  }

  async #open(options: LoadOptions): Promise<ServableModel> {
    const started = performance.now();
    let model: ServableModel;
    try {
      model = await this.#read(options);
      this.#took(options, started);
    } catch (error) {
      this.#took(options, started, toStatus(error));
      throw error;
    }
    try {
      await options.warmUp?.(model, this.id, this.path);
    } catch (error) {
      model.close();
      throw error;
    }
    return model;
  }

  #took({ tags, tried }: LoadOptions, started: number, error?: StatusError): void {
    const micros = Math.round((performance.now() - started) * 1000);
    tried?.(this.path, error === undefined, micros);
    const status = error ? `fail: ${statusText(error)}` : 'success: OK';
    this.#log(
      'I',
      'took',
      `SavedModel load for tags { ${tags.join(' ')} }; Status: ${status}. Took ${micros} microseconds.`,
    );
  }

  async #read({ open, tags, preferLite }: LoadOptions): Promise<ServableModel> {
    this.#log('I', 'reading', `Reading SavedModel from: ${this.path}`);
    const lite = preferLite && existsSync(join(this.path, 'model.tflite'));
    if (!lite && !['saved_model.pb', 'saved_model.pbtxt'].some((name) => existsSync(join(this.path, name)))) {
      throw new StatusError(
        'NOT_FOUND',
        `Could not find SavedModel .pb or .pbtxt at supplied export directory path: ${this.path}. Check that the directory exists and that you have the right permissions for accessing it.`,
      );
    }
    return open(this.path, { tags, preferLite, name: this.id.name });
  }

  async #pause(ms: number): Promise<void> {
    if (ms <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  #discard(model: ServableModel, text: string): void {
    this.#close(model, text);
    this.#board.set(
      this.id.name,
      this.id.version,
      'END',
      new StatusError('CANCELLED', 'Loading of servable cancelled'),
    );
  }

  #close(model: ServableModel, text: string): void {
    this.#log('I', 'unloading', `Unloading just-loaded servable version ${text}`);
    model.close();
    this.phase = 'gone';
    this.#memory?.release(this.id);
    this.#log('I', 'unloaded', `Done unloading servable version ${text}`);
  }
}
