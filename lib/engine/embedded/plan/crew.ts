/**
 * How threads share the parts of a step: whoever is free takes the next part, the main thread too, and does all of them where no
 * other thread is there yet or the machine is busy. Four words of shared memory are enough for it.
 */
const [turn, taken, done, images] = [0, 1, 2, 3];

/** Threads look this often before they sleep: waking one up takes longer than the short steps of a small network. */
const patience = 20_000;

const words = (memory: WebAssembly.Memory) => new Int32Array(memory.buffer, 0, 4);

/** Runs all parts of a step of `n` images, with whoever helps. */
export function lead(
  memory: WebAssembly.Memory,
  parts: number,
  n: number,
  run: (part: number, n: number) => void,
): void {
  const control = words(memory);
  control[images] = n;
  control[done] = 0;
  // From here on parts can be taken.
  Atomics.store(control, taken, 0);
  Atomics.add(control, turn, 1);
  Atomics.notify(control, turn);
  takeParts(control, parts, run);
  for (let tries = 0; ; tries++) {
    const ready = Atomics.load(control, done);
    if (ready >= parts) return;
    if (tries > patience) Atomics.wait(control, done, ready);
  }
}

/** Helps for as long as there are steps. */
export function follow(memory: WebAssembly.Memory, parts: number, run: (part: number, n: number) => void): never {
  const control = words(memory);
  for (;;) {
    const now = Atomics.load(control, turn);
    takeParts(control, parts, run);
    let tries = 0;
    while (Atomics.load(control, turn) === now) if (tries++ > patience) Atomics.wait(control, turn, now);
  }
}

/** Before the first step all parts count as taken. */
export function close(memory: WebAssembly.Memory, parts: number): void {
  Atomics.store(words(memory), taken, parts);
}

function takeParts(control: Int32Array, parts: number, run: (part: number, n: number) => void): void {
  for (let part = Atomics.add(control, taken, 1); part < parts; part = Atomics.add(control, taken, 1)) {
    run(part, control[images]!);
    Atomics.add(control, done, 1);
    Atomics.notify(control, done);
  }
}
