import { drawHistory, historyText } from './plot/chart.ts';
import { type Figure, toFigure } from './plot/figure.ts';
import { drawGallery } from './plot/gallery.ts';
import { type ImageSource, toPictures } from './plot/picture.ts';
import { type NumberSource, toClasses, toPredictions } from './plot/predictions.ts';

export type { Figure };

/** Any History: of `train`, or of a user's own `model.fit`. */
type HistoryLike = { history: Record<string, ArrayLike<unknown> | undefined> };

/**
 * Draws one image with crisp pixels.
 *
 * @param image brightness 0 … 1 (or 0 … 255), [height, width], [height, width, channels] or [1, height, width, channels];
 *   a tensor or nested arrays
 * @throws when it is not one image
 * @example
 * const { test } = await loadMnist();
 * plotImage(test.images.slice([42], [1]), { title: 'Test image 42' });
 */
export function plotImage(image: ImageSource, options: { title?: string } = {}): Figure {
  const pictures = toPictures(image, 'plotImage');
  if (pictures.length !== 1) {
    throw new Error(
      `plotImage draws one image, and this is ${pictures.length}: slice one out, or use plotPredictions.`,
    );
  }
  const [picture] = pictures as [(typeof pictures)[0]];
  const title = options.title ?? '';
  const text = `${title === '' ? 'Image' : title} (${picture.width} × ${picture.height} pixels)`;
  return toFigure(drawGallery([{ picture, title, color: 'black' }], { size: 224, columns: 1 }), text);
}

/**
 * Draws each image with what the model says it is: green when it is right, red when it is wrong.
 *
 * @param images [n, height, width] or [n, height, width, channels], a tensor or nested arrays
 * @param labels the true class of each image, a tensor [n] or numbers
 * @param predictions the model's output [n, classes] (probabilities; the server's `predictions` as they come), or the
 *   predicted classes [n]
 * @param options.columns images in a row, 5; options.limit the most images to draw, 25
 * @throws when the three are not of the same length
 * @example
 * const { test } = await loadMnist();
 * const images = test.images.slice([0], [3]);
 * const predictions = digitsModel().predict(images);
 * plotPredictions(images, test.labels.slice([0], [3]), predictions);
 */
export function plotPredictions(
  images: ImageSource,
  labels: NumberSource,
  predictions: NumberSource,
  options: { columns?: number; limit?: number } = {},
): Figure {
  const pictures = toPictures(images, 'plotPredictions');
  const truths = toClasses(labels, 'plotPredictions: labels');
  const answers = toPredictions(predictions, 'plotPredictions: predictions');
  if (truths.length !== pictures.length || answers.length !== pictures.length) {
    throw new Error(
      `plotPredictions: ${pictures.length} images, ${truths.length} labels and ${answers.length} predictions; each image needs one of both.`,
    );
  }
  const { columns = 5, limit = 25 } = options;
  const shown = pictures.slice(0, limit).map((picture, i) => {
    const { digit, probability } = answers[i]!;
    const right = digit === truths[i];
    const title = `Predicted ${digit}, true ${truths[i]}`;
    const sure = probability === undefined ? '' : ` ${percent(probability)}`;
    return { picture, title, note: `${right ? '✓' : '✗'}${sure}`, color: right ? '#15803d' : '#b91c1c' };
  });
  const lines = shown.map(({ title, note }) => `${title} ${note}`);
  const more = pictures.length - shown.length;
  if (more > 0) lines.push(`… and ${more} more, not drawn (limit: ${limit})`);
  return toFigure(drawGallery(shown, { size: 140, columns }), lines.join('\n'));
}

/**
 * Draws loss and accuracy of a training over its epochs; validation as a second line where there is one.
 *
 * @param history what `train` or `model.fit` gave
 * @example
 * plotHistory({ history: { loss: [0.6, 0.3, 0.2], accuracy: [0.84, 0.91, 0.94] } });
 */
export function plotHistory(history: HistoryLike): Figure {
  return toFigure(drawHistory(history.history), historyText(history.history));
}

function percent(probability: number): string {
  return `${(probability * 100).toFixed(1)} %`;
}
