import { drawingPage, plotLibrary } from './figure.ts';
import type { Picture } from './picture.ts';

export type Exhibit = { picture: Picture; title: string /** A second line. */; note?: string; color: string };

const [gap, line] = [16, 18];

/** Pictures in rows, each under its title. The background is white: as an image in a dark notebook, black text would be lost. */
export function drawGallery(exhibits: Exhibit[], { size, columns }: { size: number; columns: number }): SVGSVGElement {
  const Plot = plotLibrary();
  const perRow = Math.max(1, Math.min(columns, exhibits.length));
  const titleWidth = Math.max(...exhibits.map(({ title }) => title.length)) * 8.2;
  const cell = Math.max(size, titleWidth) + gap;
  const lines = exhibits.some(({ note }) => note) ? 2 : exhibits.some(({ title }) => title) ? 1 : 0;
  const row = lines * line + size + gap;
  const center = (_: Exhibit, i: number) => gap / 2 + ((i % perRow) + 0.5) * cell;
  const top = (_: Exhibit, i: number) => gap / 2 + Math.floor(i / perRow) * row;
  const below = (height: number) => (exhibit: Exhibit, i: number) => top(exhibit, i) + height;
  const text = { x: center, fill: 'color', fontWeight: 600, fontSize: 14 };
  return Plot.plot({
    document: drawingPage(),
    width: perRow * cell + gap,
    height: Math.ceil(exhibits.length / perRow) * row + gap / 2,
    margin: 0,
    x: { type: 'identity', axis: null },
    y: { type: 'identity', axis: null },
    style: { background: 'white', color: 'black', fontFamily: 'system-ui, sans-serif' },
    marks: [
      Plot.text(exhibits, { ...text, y: below(line / 2), text: 'title' }),
      Plot.text(exhibits, { ...text, y: below(line * 1.5), text: 'note', fontWeight: 400, fontSize: 12 }),
      Plot.image(exhibits, {
        x: center,
        y: below(lines * line + size / 2),
        src: ({ picture }: Exhibit) => picture.src,
        width: size,
        height: size,
        imageRendering: 'pixelated',
      }),
    ],
  }) as SVGSVGElement;
}
