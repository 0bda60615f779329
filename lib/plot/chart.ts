import { drawingPage, plotLibrary } from './figure.ts';

type Series = Record<string, ArrayLike<unknown> | undefined>;
type Point = { epoch: number; value: number; of: 'training' | 'validation' };

const [width, height] = [340, 240];
const blue = '#2563eb';
const orange = '#c2410c';

/** Loss and accuracy side by side: they have different units, so each has its own axis. */
export function drawHistory(series: Series): SVGSVGElement {
  const panels = (['loss', 'accuracy'] as const).filter((name) => points(series, name).length > 0);
  if (panels.length === 0) {
    throw new Error(
      `plotHistory: found no loss and no accuracy, only: ${Object.keys(series).join(', ') || 'nothing'}.`,
    );
  }
  const svg = drawingPage().createElementNS('http://www.w3.org/2000/svg', 'svg');
  const total = width * panels.length;
  for (const [name, value] of Object.entries({ width: total, height, viewBox: `0 0 ${total} ${height}` })) {
    svg.setAttribute(name, String(value));
  }
  // White, because as an image in a dark notebook black text would be lost.
  svg.setAttribute('style', 'background: white; max-width: 100%; height: auto');
  for (const [i, name] of panels.entries()) {
    const panel = drawPanel(name, points(series, name));
    panel.setAttribute('x', String(i * width));
    svg.append(panel);
  }
  return svg;
}

/** The same for a reader without pictures. */
export function historyText(series: Series): string {
  return (['loss', 'accuracy'] as const)
    .flatMap((name) => (['training', 'validation'] as const).map((of) => [name, of] as const))
    .map(([name, of]) => ({ name, of, values: points(series, name).filter((point) => point.of === of) }))
    .filter(({ values }) => values.length > 0)
    .map(({ name, of, values }) => `${of} ${name}: ${values.map(({ value }) => value.toFixed(4)).join(', ')}`)
    .join('\n');
}

function points(series: Series, name: 'loss' | 'accuracy'): Point[] {
  // tfjs's own model.fit shortens accuracy to acc.
  const short = name === 'accuracy' ? 'acc' : name;
  const read = (values: ArrayLike<unknown> | undefined, of: Point['of']): Point[] =>
    Array.from(values ?? [], (value, i) => ({ epoch: i + 1, value: Number(value), of }));
  return [
    ...read(series[name] ?? series[short], 'training'),
    ...read(series[`val_${name}`] ?? series[`val_${short}`], 'validation'),
  ];
}

function drawPanel(name: 'loss' | 'accuracy', data: Point[]): SVGSVGElement {
  const Plot = plotLibrary();
  const epochs = Math.max(...data.map(({ epoch }) => epoch));
  const step = Math.ceil(epochs / 10);
  const compared = data.some(({ of }) => of === 'validation');
  const heading = { dy: -20, fontWeight: 600 };
  return Plot.plot({
    document: drawingPage(),
    width,
    height,
    marginTop: 36,
    marginLeft: 52,
    marginRight: 20,
    marginBottom: 44,
    style: { background: 'white', color: 'black', fontFamily: 'system-ui, sans-serif', fontSize: '12px' },
    x: {
      label: 'epoch',
      // Away from the edge, which would cut the letter p.
      labelOffset: 36,
      labelAnchor: 'center',
      labelArrow: 'none',
      domain: epochs === 1 ? [0, 2] : [1, epochs],
      ticks: Array.from({ length: Math.ceil(epochs / step) }, (_, i) => 1 + i * step),
      tickFormat: 'd',
    },
    y: { label: null, grid: true, nice: true, ticks: 5, domain: range(name, data) },
    color: { domain: ['training', 'validation'], range: [blue, orange] },
    marks: [
      Plot.lineY(data, { x: 'epoch', y: 'value', stroke: 'of', strokeWidth: 2 }),
      Plot.dot(data, { x: 'epoch', y: 'value', fill: 'of', r: 3 }),
      Plot.text([name], { ...heading, frameAnchor: 'top-left', dx: -40 }),
      compared ? Plot.text(['training'], { ...heading, frameAnchor: 'top-right', dx: -74, fill: blue }) : null,
      compared ? Plot.text(['validation'], { ...heading, frameAnchor: 'top-right', fill: orange }) : null,
    ],
  }) as SVGSVGElement;
}

/** A loss is judged by its distance from 0, an accuracy by its distance from 1. */
function range(name: 'loss' | 'accuracy', data: Point[]): [number, number] {
  const values = data.map(({ value }) => value).filter(Number.isFinite);
  if (name === 'loss') return [0, Math.max(...values, 1e-6)];
  return [Math.max(0, Math.min(Math.floor(Math.min(...values) * 20) / 20, 0.95)), 1];
}
