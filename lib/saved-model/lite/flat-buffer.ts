import { corrupt } from '../error.ts';

/**
 * Reads FlatBuffers (https://flatbuffers.dev/internals): a table's fields are found by their slot, and what a writer
 * left out has its default. Every offset is checked by DataView, so that a hostile file ends in an error.
 */
export class Table {
  #view: DataView;
  #at: number;
  #fields: number;
  #size: number;

  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
    this.#fields = at - view.getInt32(at, true);
    this.#size = view.getUint16(this.#fields, true);
  }

  /** @returns where the field of a slot is; undefined when it was left out */
  #field(slot: number): number | undefined {
    const entry = 4 + 2 * slot;
    const offset = entry < this.#size ? this.#view.getUint16(this.#fields + entry, true) : 0;
    return offset === 0 ? undefined : this.#at + offset;
  }

  #read(slot: number, otherwise: number, read: (at: number) => number): number {
    const at = this.#field(slot);
    return at === undefined ? otherwise : read(at);
  }

  int8(slot: number, otherwise = 0): number {
    return this.#read(slot, otherwise, (at) => this.#view.getInt8(at));
  }

  bool(slot: number): boolean {
    return this.int8(slot) !== 0;
  }

  int32(slot: number, otherwise = 0): number {
    return this.#read(slot, otherwise, (at) => this.#view.getInt32(at, true));
  }

  uint32(slot: number): number {
    return this.#read(slot, 0, (at) => this.#view.getUint32(at, true));
  }

  uint64(slot: number): number {
    return this.#read(slot, 0, (at) => Number(this.#view.getBigUint64(at, true)));
  }

  float32(slot: number, otherwise = 0): number {
    return this.#read(slot, otherwise, (at) => this.#view.getFloat32(at, true));
  }

  string(slot: number): string {
    return Buffer.from(this.bytes(slot) ?? []).toString('utf8');
  }

  /** The bytes themselves, not a copy; undefined when they were left out. */
  bytes(slot: number): Uint8Array | undefined {
    const vector = this.#vector(slot, 1);
    return vector && new Uint8Array(this.#view.buffer, this.#view.byteOffset + vector.at, vector.length);
  }

  int32s(slot: number): number[] {
    return this.#list(slot, 4, (at) => this.#view.getInt32(at, true));
  }

  int64s(slot: number): number[] {
    return this.#list(slot, 8, (at) => Number(this.#view.getBigInt64(at, true)));
  }

  float32s(slot: number): number[] {
    return this.#list(slot, 4, (at) => this.#view.getFloat32(at, true));
  }

  /** undefined when it was left out. */
  table(slot: number): Table | undefined {
    const at = this.#field(slot);
    return at === undefined ? undefined : this.#follow(at);
  }

  tables(slot: number): Table[] {
    return this.#list(slot, 4, (at) => this.#follow(at));
  }

  #follow(at: number): Table {
    return new Table(this.#view, at + this.#view.getUint32(at, true));
  }

  #list<T>(slot: number, width: number, read: (at: number) => T): T[] {
    const vector = this.#vector(slot, width);
    return vector ? Array.from({ length: vector.length }, (_, i) => read(vector.at + width * i)) : [];
  }

  #vector(slot: number, width: number): { at: number; length: number } | undefined {
    const field = this.#field(slot);
    if (field === undefined) return undefined;
    const start = field + this.#view.getUint32(field, true);
    const length = this.#view.getUint32(start, true);
    if (start + 4 + width * length > this.#view.byteLength)
      throw corrupt(`a list of ${length} elements at byte ${start} goes beyond the end of the file`);
    return { at: start + 4, length };
  }
}

/** The root of a file whose bytes 4 to 8 are `identifier`. */
export function rootTable(bytes: Uint8Array, identifier: string): Table {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 || Buffer.from(bytes.subarray(4, 8)).toString('latin1') !== identifier)
    throw corrupt(`its bytes 4 to 8 are not "${identifier}"`);
  return new Table(view, view.getUint32(0, true));
}
