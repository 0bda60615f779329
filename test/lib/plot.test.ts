import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { JSDOM } from 'jsdom';
import { tf } from '../../lib/engine/index.ts';
import { type Figure, plotHistory, plotImage, plotPredictions } from '../../lib/plot.ts';
import { few } from './few.ts';

const { test: held } = await few(30);
const three = held.images.slice([0], [3]);
const labels = held.labels.slice([0], [3]);

/** The bundle that a front end gets, and its SVG parsed as a file of its own. */
function shown(figure: Figure) {
  const bundle = (figure as unknown as Record<symbol, () => Record<string, string>>)[Symbol.for('Jupyter.display')]!();
  const { document } = new JSDOM(bundle['image/svg+xml']!, { contentType: 'image/svg+xml' }).window;
  return { text: bundle['text/plain']!, svg: document.documentElement, source: bundle['image/svg+xml']! };
}

function texts(svg: Element): [text: string, color: string | null][] {
  return [...svg.querySelectorAll('text')].map((node) => [node.textContent!, node.getAttribute('fill')]);
}

/** The grey pixels of the n-th picture. */
function pixels(svg: Element, n = 0): number[] {
  const url = svg.querySelectorAll('image')[n]!.getAttribute('href')!;
  const png = Buffer.from(url.replace('data:image/png;base64,', ''), 'base64');
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const at = png.indexOf('IDAT');
  const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
  return Array.from({ length: height }, (_, y) => [
    ...rows.subarray(y * (width + 1) + 1, (y + 1) * (width + 1)),
  ]).flat();
}

describe('plotImage', () => {
  test('draws the pixels as they are, crisp, under their title', () => {
    const { svg, text } = shown(plotImage(held.images.slice([0], [1]), { title: 'Test image 0' }));
    assert.deepEqual(
      pixels(svg),
      Array.from(held.images.slice([0], [1]).dataSync(), (value) => Math.round(value * 255)),
    );
    assert.equal(
      svg.querySelector('image, [image-rendering]')!.closest('[image-rendering]')!.getAttribute('image-rendering'),
      'pixelated',
    );
    assert.deepEqual(texts(svg), [['Test image 0', 'black']]);
    assert.equal(text, 'Test image 0 (28 × 28 pixels)');
  });

  test('takes tensors and arrays of every usual shape', () => {
    const [image] = held.images.slice([0], [1]).arraySync() as [number[][][]];
    const flat = image.map((row) => row.map(([value]) => value!));
    const expected = pixels(shown(plotImage(held.images.slice([0], [1]))).svg);
    const bytes = flat.map((row) => row.map((value) => Math.round(value * 255)));
    for (const source of [image, flat, [image], tf.tensor2d(flat), flat.map((row) => Float32Array.from(row)), bytes]) {
      assert.deepEqual(pixels(shown(plotImage(source)).svg), expected);
    }
  });

  test('is a file of its own: named, with a background, and nothing outside it', () => {
    const { svg, source } = shown(plotImage(held.images.slice([0], [1]), { title: 'A <b> & "c"' }));
    assert.equal(svg.namespaceURI, 'http://www.w3.org/2000/svg');
    assert.match(svg.getAttribute('style')!, /background: white/);
    assert.equal(svg.getAttribute('aria-label'), 'A <b> & "c" (28 × 28 pixels)');
    assert.ok(!/(href|src|url\()=?["']?https?:/.test(source.replaceAll('http://www.w3.org/2000/svg', '')));
  });

  test('what is no image is said', () => {
    assert.throws(() => plotImage(held.images), /draws one image, and this is 30/);
    assert.throws(() => plotImage(tf.zeros([28])), /shape \[28\] is no image/);
    assert.throws(() => plotImage(tf.zeros([1, 28, 28, 2])), /shape \[1,28,28,2\] is no image/);
    assert.throws(() => plotImage([[1, 2], [3]]), /not all of shape \[2,2\]/);
    assert.throws(() => plotImage([[1, Number.NaN]]), /holds NaN/);
    assert.throws(() => plotImage([['a']] as never), /found "a" where a number was expected/);
  });
});

describe('plotPredictions', () => {
  const probabilities = [7, 2, 0].map((digit) => Array.from({ length: 10 }, (_, i) => (i === digit ? 0.91 : 0.01)));

  test('titles are green where the prediction is right and red where it is wrong', () => {
    const { svg, text } = shown(plotPredictions(three, labels, probabilities));
    assert.equal(svg.querySelectorAll('image').length, 3);
    assert.deepEqual(texts(svg).slice(0, 3), [
      ['Predicted 7, true 7', '#15803d'],
      ['Predicted 2, true 2', '#15803d'],
      ['Predicted 0, true 1', '#b91c1c'],
    ]);
    assert.equal(text, 'Predicted 7, true 7 ✓ 91.0 %\nPredicted 2, true 2 ✓ 91.0 %\nPredicted 0, true 1 ✗ 91.0 %');
  });

  test('predictions may be a tensor, what a server answers, or classes', () => {
    const titles = (figure: Figure) => texts(shown(figure).svg).slice(0, 3);
    const expected = titles(plotPredictions(three, labels, probabilities));
    const sources = [
      tf.tensor2d(probabilities),
      [tf.tensor2d(probabilities)],
      [7, 2, 0],
      Int32Array.of(7, 2, 0),
      tf.tensor1d([7, 2, 0]),
    ];
    for (const source of sources) assert.deepEqual(titles(plotPredictions(three, labels, source)), expected);
    assert.deepEqual(titles(plotPredictions(three.arraySync(), [7, 2, 1], probabilities)), expected);
  });

  test('many pictures go in rows, and no more than the limit is drawn', () => {
    const { svg, text } = shown(plotPredictions(held.images, held.labels, held.labels, { columns: 4, limit: 10 }));
    assert.equal(svg.querySelectorAll('image').length, 10);
    assert.equal(new Set([...svg.querySelectorAll('image')].map((image) => image.getAttribute('y'))).size, 3);
    assert.match(text, /… and 20 more, not drawn \(limit: 10\)$/);
  });

  test('what does not fit is said', () => {
    assert.throws(() => plotPredictions(three, labels, [7, 2]), /3 images, 3 labels and 2 predictions/);
    assert.throws(() => plotPredictions(three, held.labels, [7, 2, 1]), /3 images, 30 labels and 3 predictions/);
    assert.throws(() => plotPredictions(three, labels, [[[1]]]), /predictions have shape \[1,1,1\]/);
    assert.throws(
      () => plotPredictions(three, tf.oneHot(labels, 10), [7, 2, 1]),
      /labels have shape \[3,10\]; expected \[n\]/,
    );
  });
});

describe('plotHistory', () => {
  const history = { loss: [0.6, 0.3, 0.2], accuracy: [0.84, 0.91, 0.94] };
  const validation = { val_loss: [0.4, 0.3, 0.25], val_accuracy: [0.9, 0.92, 0.93] };

  test('draws a line for loss and one for accuracy, each with its own axis', () => {
    const { svg, text } = shown(plotHistory({ history }));
    assert.equal(svg.querySelectorAll('[aria-label="line"] path').length, 2);
    assert.equal(svg.querySelectorAll('[aria-label="dot"] circle').length, 6);
    assert.ok(['loss', 'accuracy'].every((name) => texts(svg).some(([label]) => label === name)));
    assert.equal(text, 'training loss: 0.6000, 0.3000, 0.2000\ntraining accuracy: 0.8400, 0.9100, 0.9400');
  });

  test('validation is a second line, with a legend', () => {
    const { svg, text } = shown(plotHistory({ history: { ...history, ...validation } }));
    assert.equal(svg.querySelectorAll('[aria-label="line"] path').length, 4);
    assert.deepEqual(texts(svg).filter(([label]) => label === 'validation').length, 2);
    assert.match(text, /validation accuracy: 0\.9000, 0\.9200, 0\.9300$/);
  });

  test('takes the history of a user’s own model.fit, and of one epoch', () => {
    const { svg } = shown(plotHistory({ history: { loss: [0.6], acc: [0.84] } }));
    assert.equal(svg.querySelectorAll('circle').length, 2);
  });

  test('a history without loss and accuracy is said', () => {
    assert.throws(() => plotHistory({ history: { mse: [1] } }), /found no loss and no accuracy, only: mse/);
  });
});
