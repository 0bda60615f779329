/** 0 … count-1 in an order that depends on the seed and the round alone (Fisher–Yates over a small generator, mulberry32). */
export function shuffled(count: number, seed: number, round: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  let state = (Math.imul(seed, 0x9e3779b1) + Math.imul(round + 1, 0x85ebca6b)) >>> 0;
  for (let last = count - 1; last > 0; last--) {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const other = Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * (last + 1));
    const kept = order[last]!;
    order[last] = order[other]!;
    order[other] = kept;
  }
  return order;
}
