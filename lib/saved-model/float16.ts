/** The value of a 16-bit half. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The value of a bfloat16: the upper half of a float32. */
export function fromBfloat16(bits: number): number {
  word[0] = bits << 16;
  return float[0]!;
}

/** Nearest half, ties to even, as TensorFlow's Cast does. */
export function toHalf(value: number): number {
  float[0] = value;
  const bits = word[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  const absolute = Math.abs(value);
  if (absolute >= 65520) return sign | 0x7c00;
  if (absolute < 2 ** -14) return sign | roundEven(absolute * 2 ** 24);
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1)) >> 13);
}

/** Nearest bfloat16, ties to even. */
export function toBfloat16(value: number): number {
  float[0] = value;
  const bits = word[0]!;
  if (Number.isNaN(value)) return 0x7fc0;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
