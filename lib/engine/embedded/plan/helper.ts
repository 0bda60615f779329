// The program of a helping thread: the same training step on the same memory, of which it takes parts.
import { workerData } from 'node:worker_threads';
import type { Kernels } from '../memory.ts';
import { follow } from './crew.ts';
import { type Blueprint, createProgram, partsOf } from './program.ts';

export type Help = { memory: WebAssembly.Memory; module: WebAssembly.Module; blueprint: Blueprint };

const { memory, module, blueprint } = workerData as Help;
const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as Kernels;
follow(memory, partsOf(blueprint), createProgram(kernels, memory, blueprint).run);
