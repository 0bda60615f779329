/** SipHash-2-4: a hash with a key, so that nobody can make words that fall into one bucket. */
export function sipHash(bytes: Uint8Array, [k0, k1]: [bigint, bigint]): bigint {
  let [a, b, c, d] = [
    k0 ^ 0x736f6d6570736575n,
    k1 ^ 0x646f72616e646f6dn,
    k0 ^ 0x6c7967656e657261n,
    k1 ^ 0x7465646279746573n,
  ] as [bigint, bigint, bigint, bigint];
  const turn = (x: bigint, by: bigint) => BigInt.asUintN(64, (x << by) | (x >> (64n - by)));
  const sum = (x: bigint, y: bigint) => BigInt.asUintN(64, x + y);
  const rounds = (count: number) => {
    for (let i = 0; i < count; i++) {
      [a, c] = [sum(a, b), sum(c, d)];
      [b, d] = [turn(b, 13n) ^ a, turn(d, 16n) ^ c];
      a = turn(a, 32n);
      [c, a] = [sum(c, b), sum(a, d)];
      [b, d] = [turn(b, 17n) ^ c, turn(d, 21n) ^ a];
      c = turn(c, 32n);
    }
  };
  // The last word has what is left over, and in its top byte the length.
  const words = Buffer.alloc(8 * (Math.floor(bytes.length / 8) + 1));
  words.set(bytes);
  words[words.length - 1] = bytes.length & 0xff;
  for (let at = 0; at < words.length; at += 8) {
    const word = words.readBigUInt64LE(at);
    d ^= word;
    rounds(2);
    a ^= word;
  }
  c ^= 0xffn;
  rounds(4);
  return a ^ b ^ c ^ d;
}
