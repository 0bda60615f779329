import { bigint, bytes, float, many, map, message, type Of, sub } from './proto.ts';

/** tf.Example, as ParseExample reads it and a server's classify and regress send it. */
export const Feature = message('Feature', {
  bytes_list: sub(1, () => message('BytesList', { value: many(bytes(1)) })),
  float_list: sub(2, () => message('FloatList', { value: many(float(1)) })),
  int64_list: sub(3, () => message('Int64List', { value: many(bigint(1)) })),
});
export type Feature = Of<typeof Feature>;
const Features = message('Features', {
  feature: map(
    1,
    sub(2, () => Feature),
  ),
});
export const Example = message('Example', { features: sub(1, () => Features) });
