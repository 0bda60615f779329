import { png } from './png.ts';

export type Numbers = ArrayLike<number>;

const smallest = 8;
const largest = 256;
const shownOfBatch = 10;
const style = 'image-rendering: pixelated; margin: 2px; vertical-align: top';

/**
 * What numbers look like: as images where their shape is that of one or many, else as bars of how often each value comes.
 * @param sample all of the values, or so many that they tell how those are spread
 */
export function picture(shape: readonly number[], values: Numbers, sample: Numbers = values): string | undefined {
  const [least, most] = extent(sample);
  if (!Number.isFinite(most - least)) return undefined;
  const images = asImages(shape);
  return images ? pictures(images, values, least, most) : histogram(sample, least, most);
}

/** Without what is no number. */
export function extent(values: Numbers): [number, number] {
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < values.length; i += 1) {
    const x = values[i]!;
    if (x < least) least = x;
    if (x > most) most = x;
  }
  return [least, most];
}

type Images = { count: number; height: number; width: number; channels: number };

/** `[h, w]`, `[h, w, 1 or 3]` or `[n, h, w, 1 or 3]`, of a size that is seen and does not fill the page. */
function asImages(shape: readonly number[]): Images | undefined {
  const [count, height, width, channels] =
    shape.length === 2 ? [1, ...shape, 1] : shape.length === 3 ? [1, ...shape] : shape.length === 4 ? shape : [];
  if (!count || !height || !width || (channels !== 1 && channels !== 3)) return undefined;
  const fits = (size: number) => size >= smallest && size <= largest;
  return fits(height) && fits(width) ? { count, height, width, channels } : undefined;
}

/** As data: URLs, since scripts do not run in untrusted notebooks. */
function pictures({ count, height, width, channels }: Images, values: Numbers, least: number, most: number): string {
  const size = height * width * channels;
  const scale = Math.max(1, Math.round((count === 1 ? 112 : 56) / Math.max(height, width)));
  const shown = Array.from({ length: Math.min(count, shownOfBatch) }, (_, n) => {
    const data = new Uint8ClampedArray(height * width * 4).fill(255);
    for (let pixel = 0; pixel < height * width; pixel += 1)
      for (let channel = 0; channel < 3; channel += 1) {
        const x = values[n * size + pixel * channels + (channels === 1 ? 0 : channel)]!;
        data[pixel * 4 + channel] = (255 * (x - least)) / (most - least || 1);
      }
    const source = `data:image/png;base64,${png({ width, height, data }).toString('base64')}`;
    return `<img src="${source}" width="${width * scale}" height="${height * scale}" style="${style}">`;
  });
  return `${shown.join('')}${count > shownOfBatch ? ` … ${count - shownOfBatch} more` : ''}`;
}

const bars = 30;
const tall = 32;

function histogram(values: Numbers, least: number, most: number): string | undefined {
  if (most === least) return undefined;
  const counts = new Array<number>(bars).fill(0);
  for (let i = 0; i < values.length; i += 1) {
    const bar = Math.floor(((values[i]! - least) / (most - least)) * bars);
    if (bar >= 0) counts[Math.min(bars - 1, bar)]! += 1; // NaN is in no bar.
  }
  const highest = Math.max(...counts);
  const drawn = counts.map((count, n) => {
    const height = count && Math.max(1, Math.round((count / highest) * tall));
    return height ? `<rect x="${n * 6}" y="${tall - height}" width="5" height="${height}"></rect>` : '';
  });
  const box = `width="${bars * 6}" height="${tall}" viewBox="0 0 ${bars * 6} ${tall}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box} fill="#4c8dd6" role="img" aria-label="histogram">${drawn.join('')}</svg>`;
}
