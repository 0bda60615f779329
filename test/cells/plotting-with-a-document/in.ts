// %%
import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';
import { display } from 'tslab';
// %%
const document = new JSDOM('').window.document;
const data = Array.from({ length: 5 }, (_, i) => ({ x: i, y: i * i }));
// %%
const svg = Plot.plot({ document, width: 80, height: 40, axis: null, marks: [Plot.line(data, { x: 'x', y: 'y' })] });
display.html(svg.outerHTML.replace(/<style>[\s\S]*<\/style>/, '').replace(/class="[^"]*"/g, ''));
