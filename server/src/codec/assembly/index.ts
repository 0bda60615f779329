// biome-ignore-all lint/correctness/noPrecisionLoss: AssemblyScript's u64 holds these numbers exactly.
// AssemblyScript. See ../wasm-floats.ts for what it is to JavaScript, ../float-reader.ts for the same in TypeScript.

/** What is found, as 32-bit numbers: rank, count of values, then the sizes of at most MAX_DEPTH levels. */
const RANK: usize = 1024;
const LENGTH: usize = 1028;
const SIZES: usize = 1032;
/** Values so far in each open list. */
const COUNTS: usize = 1160;
const MAX_DEPTH: i32 = 32;

/** `[0.0],` */
const BLACK: u64 = 0x2c5d302e305b;

/** 2^-48: more than three roundings of a double can be off. */
const MARGIN: f64 = 3.552713678800501e-15;
const POWERS: usize = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]);

/**
 * Reads a number or lists of numbers at `text`, writes float32 to `out`. Returns how many bytes it took, or -1 where a more
 * careful reader should look. The text must end with bytes that are no JSON (zeros), so that no end has to be checked.
 */
export function readFloats(text: usize, out: usize): i32 {
  let p = text;
  let to = out;
  let depth: i32 = 0;
  let rank: i32 = -1;
  let levels: i32 = 0;
  for (;;) {
    let c = <u32>load<u8>(p);
    if (c <= 32) {
      if (!isSpace(c)) return -1;
      p++;
      continue;
    }
    if (c === 91) {
      // An image's pixels have a list each, and most are 0.0.
      if (depth > 0 && depth === rank - 1 && load<i32>(SIZES + ((<usize>depth) << 2)) === 1) {
        const counter = COUNTS + ((<usize>(depth - 1)) << 2);
        const begin = to;
        while ((load<u64>(p) & 0xffffffffffff) === BLACK) {
          store<f32>(to, 0);
          to += 4;
          p += 6;
          if (load<u8>(p) === 32) p++;
        }
        if (to !== begin) {
          store<i32>(counter, load<i32>(counter) + <i32>((to - begin) >> 2));
          continue;
        }
      }
      if ((rank >= 0 && depth >= rank) || depth === MAX_DEPTH) return -1;
      store<i32>(COUNTS + ((<usize>depth) << 2), 0);
      depth++;
      if (levels < depth) {
        store<i32>(SIZES + ((<usize>levels) << 2), -1);
        levels++;
      }
      p++;
      continue;
    }
    if (rank < 0) rank = depth;
    else if (depth !== rank) return -1;
    // 0.0 is most of an image.
    const four = load<u32>(p);
    if (four === 0x5d302e30 || four === 0x2c302e30) {
      store<f32>(to, 0);
      p += 3;
    } else {
      p = readNumber(p, to);
      if (p === 0) return -1;
    }
    to += 4;
    // Closes every list that ends here; stops behind the comma before the next value.
    for (;;) {
      if (depth === 0) {
        store<i32>(RANK, rank);
        store<i32>(LENGTH, <i32>((to - out) >> 2));
        return <i32>(p - text);
      }
      c = load<u8>(p);
      while (c <= 32) {
        if (!isSpace(c)) return -1;
        c = load<u8>(++p);
      }
      p++;
      const level = (<usize>(depth - 1)) << 2;
      const count = load<i32>(COUNTS + level) + 1;
      if (c === 44) {
        store<i32>(COUNTS + level, count);
        break;
      }
      if (c !== 93) return -1;
      depth--;
      const size = load<i32>(SIZES + level);
      if (size === -1) store<i32>(SIZES + level, count);
      else if (size !== count) return -1;
    }
  }
  // biome-ignore lint/correctness/noUnreachable: AssemblyScript does not see it.
  return -1;
}

/** Returns the place after the number, or 0. */
function readNumber(start: usize, to: usize): usize {
  let p = start;
  const minus = load<u8>(p) === 45;
  if (minus) p++;
  const first = p;
  let mantissa: u64 = 0;
  let c = <u32>load<u8>(p) - 48;
  while (c <= 9) {
    mantissa = mantissa * 10 + c;
    c = <u32>load<u8>(++p) - 48;
  }
  let digits = <i32>(p - first);
  if (digits === 0 || (digits > 1 && load<u8>(first) === 48)) return 0;
  let power: i32 = 0;
  let whole = true;
  if (c + 48 === 46) {
    const point = ++p;
    let eight = load<u64>(p);
    while (areDigits(eight)) {
      mantissa = mantissa * 100000000 + numberOf(eight);
      p += 8;
      eight = load<u64>(p);
    }
    c = <u32>load<u8>(p) - 48;
    while (c <= 9) {
      mantissa = mantissa * 10 + c;
      c = <u32>load<u8>(++p) - 48;
    }
    power = <i32>(point - p);
    if (power === 0) return 0;
    digits -= power;
    whole = false;
  }
  // 19 digits fit into 64 bits; zeros in front do not count.
  if (digits > 19) {
    let lead = first;
    while (load<u8>(lead) === 48 || load<u8>(lead) === 46) {
      if (load<u8>(lead) === 48) digits--;
      lead++;
    }
    if (digits > 19) return 0;
  }
  c += 48;
  if (c === 101 || c === 69) {
    c = load<u8>(++p);
    const below = c === 45;
    if (below || c === 43) p++;
    const from = p;
    let exponent: i32 = 0;
    c = <u32>load<u8>(p) - 48;
    while (c <= 9) {
      if (p - from === 3) return 0;
      exponent = exponent * 10 + <i32>c;
      c = <u32>load<u8>(++p) - 48;
    }
    if (p === from) return 0;
    power += below ? -exponent : exponent;
    whole = false;
  }
  if (mantissa === 0) {
    // `-0` is the integer 0 there.
    store<f32>(to, minus && !whole ? -0.0 : 0.0);
    return p;
  }
  if (power < -44 || power > 44) return 0;
  let value = <f64>mantissa;
  const near = power < 0 ? -power : power;
  const step = near > 22 ? 22 : near;
  const scale = load<f64>(POWERS + ((<usize>step) << 3));
  const rest = load<f64>(POWERS + ((<usize>(near - step)) << 3));
  value = power < 0 ? value / scale / rest : value * scale * rest;
  let single = <f32>value;
  // One operation on exact numbers rounds right; more could lie just beside the middle of two floats.
  if (near > 22 || mantissa > 9007199254740992) {
    single = <f32>(value * (1.0 - MARGIN));
    if (single !== <f32>(value * (1.0 + MARGIN))) return 0;
  }
  store<f32>(to, minus ? -single : single);
  return p;
}

function isSpace(c: u32): bool {
  return c === 32 || c === 10 || c === 13 || c === 9;
}

function areDigits(eight: u64): bool {
  const high = 0xf0f0f0f0f0f0f0f0;
  return ((eight & high) | (((eight + 0x0606060606060606) & high) >> 4)) === 0x3333333333333333;
}

/** Eight decimal digits at once, pairs by pairs. */
function numberOf(eight: u64): u64 {
  let v = eight - 0x3030303030303030;
  v = v * 10 + (v >> 8);
  return ((v & 0x000000ff000000ff) * 0x000f424000000064 + ((v >> 16) & 0x000000ff000000ff) * 0x0000271000000001) >> 32;
}
