import type { Digits } from '../../lib/digits.ts';
import { loadMnist } from '../../lib/mnist.ts';

/** The first `count` training and test images: enough to learn something in a second. */
export async function few(count: number): Promise<{ train: Digits; test: Digits }> {
  const mnist = await loadMnist();
  const first = ({ images, labels }: Digits): Digits => ({
    images: images.slice([0], [count]),
    labels: labels.slice([0], [count]),
  });
  return { train: first(mnist.train), test: first(mnist.test) };
}
