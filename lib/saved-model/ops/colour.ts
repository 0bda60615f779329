import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import type { OpRow } from './op.ts';
import { row } from './op.ts';

type Three = [number, number, number];

/** Colours of three numbers in the last axis: red, green, blue; hue, saturation, value. */
export const COLOUR: Record<string, OpRow> = {
  RGBToHSV: row(
    () =>
      ([x]) =>
        each(x as Value, toHue),
  ),
  HSVToRGB: row(
    () =>
      ([x]) =>
        each(x as Value, fromHue),
  ),
  AdjustHue: row(() => ([x, delta]) => {
    const by = onHost(delta as Value)[0] as number;
    return each(x as Value, (colour) => {
      const [hue, saturation, value] = toHue(colour);
      return fromHue([hue + by - Math.floor(hue + by), saturation, value]);
    });
  }),
  AdjustSaturation: row(() => ([x, factor]) => {
    const by = onHost(factor as Value)[0] as number;
    return each(x as Value, (colour) => {
      const [hue, saturation, value] = toHue(colour);
      return fromHue([hue, Math.min(1, Math.max(0, saturation * by)), value]);
    });
  }),
};

function each(x: Value, change: (colour: Three) => Three): Value {
  const from = onHost(x) as Float32Array;
  const data = from.slice();
  for (let i = 0; i + 2 < from.length; i += 3) data.set(change([from[i]!, from[i + 1]!, from[i + 2]!]), i);
  return hostValue(x.dtype, x.shape, data);
}

function toHue([red, green, blue]: Three): Three {
  const value = Math.max(red, green, blue);
  const range = value - Math.min(red, green, blue);
  const saturation = value > 0 ? range / value : 0;
  if (range <= 0) return [0, saturation, value];
  const sixth =
    red === value ? (green - blue) / range : green === value ? (blue - red) / range + 2 : (red - green) / range + 4;
  return [sixth < 0 ? sixth / 6 + 1 : sixth / 6, saturation, value];
}

function fromHue([hue, saturation, value]: Three): Three {
  const inside = (x: number) => Math.min(1, Math.max(0, x));
  const part = (share: number) => (1 - saturation + saturation * share) * value;
  const six = hue * 6;
  return [
    part(inside(Math.abs(six - 3) - 1)),
    part(inside(2 - Math.abs(six - 2))),
    part(inside(2 - Math.abs(six - 4))),
  ];
}
