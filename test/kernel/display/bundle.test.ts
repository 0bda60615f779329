import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';
import { parseHTML } from 'linkedom';
import { bundle } from '../../../kernel/display/bundle.ts';
import { html, md, svg, tex } from '../../../kernel/display/markup.ts';

const data = async (value: unknown) => (await bundle(value)).data;
const plain = async (value: unknown) => String((await data(value))['text/plain']);

describe('text/plain', () => {
  test('is always there and never coloured', async () => {
    const values = [
      1,
      'a\nb',
      null,
      true,
      5n,
      Symbol('s'),
      [1, 2],
      { a: 1 },
      new Map([[1, 2]]),
      new Set([1]),
      new Date(0),
      () => 1,
    ];
    const shown = await Promise.all(values.map(plain));
    assert.deepEqual(shown, [
      '1',
      "'a\\nb'",
      'null',
      'true',
      '5n',
      'Symbol(s)',
      '[ 1, 2 ]',
      '{ a: 1 }',
      'Map(1) { 1 => 2 }',
      'Set(1) { 1 }',
      '1970-01-01T00:00:00.000Z',
      '[Function (anonymous)]',
    ]);
  });

  test('tells a timer by its time', async () => {
    const timers = [setTimeout(() => {}, 30), setInterval(() => {}, 500)];
    const shown = await Promise.all(timers.map(plain));
    for (const one of timers) clearTimeout(one);
    assert.deepEqual(shown, ['Timeout { 30 ms }', 'Timeout { every 500 ms }']);
    assert.equal(await plain(timers[0]), 'Timeout { over }');
  });

  test('obeys a class’s own inspect', async () => {
    assert.equal(await plain({ [Symbol.for('nodejs.util.inspect.custom')]: () => 'own face' }), 'own face');
  });

  test('has no colours, whoever puts them there', async () => {
    const own = { [Symbol.for('nodejs.util.inspect.custom')]: () => '\x1b[31mred\x1b[39m' };
    assert.equal(await plain(own), 'red');
    assert.equal(
      await plain({ [Symbol.for('Jupyter.display')]: () => ({ 'text/plain': '\x1b[1mbold\x1b[0m' }) }),
      'bold',
    );
  });

  test('of an object with thousands of keys shows the first, and how many there are', async () => {
    const many = await plain(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key${i}`, i])));
    assert.ok(many.length < 20_100);
    assert.match(many, /key499: 499,\n {2}\.\.\. 4500 more keys\n\}$/);
    const keys = Object.fromEntries(Array.from({ length: 300_000 }, (_, i) => [`key${i}`, i]));
    const circle: Record<string, unknown> = { keys, list: [keys] };
    circle.self = circle;
    const nested = await plain(circle);
    assert.match(nested, /\.\.\. 299\d{3} more keys/);
    assert.match(nested, /self: \[Circular \*1\]/);
  });

  test('circular and huge values end', async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    assert.match(await plain(circular), /<ref \*1> \{ self: \[Circular \*1\] \}/);
    const huge = await plain(Array.from({ length: 1e6 }, (_, i) => `${i}`));
    assert.ok(huge.length < 10_000 && huge.includes('999900 more items'), huge.slice(-80));
    const long = await plain('x'.repeat(1e6));
    assert.ok(long.length < 20_000 && long.includes('more characters'));
  });
});

describe('Jupyter.display', () => {
  const shows = (value: unknown) => ({ [Symbol.for('Jupyter.display')]: () => value });

  test('gives MIME types, or a bundle with metadata, now or later', async () => {
    assert.deepEqual(await bundle(shows({ 'text/html': '<i>', 'text/plain': 'i' })), {
      data: { 'text/html': '<i>', 'text/plain': 'i' },
      metadata: {},
    });
    const whole = { data: { 'image/png': Uint8Array.of(255) }, metadata: { 'image/png': { width: 1 } } };
    const { data: shown, metadata } = await bundle(shows(Promise.resolve(whole)));
    assert.deepEqual([shown['image/png'], metadata], ['/w==', { 'image/png': { width: 1 } }]);
    assert.ok('text/plain' in shown);
  });

  test('that gives nothing leaves the value to the others', async () => {
    assert.ok('text/plain' in (await data(shows(undefined))));
  });
});

describe('elements', () => {
  const { document } = new JSDOM('').window;

  test('an SVG stands alone, with its namespaces', async () => {
    document.body.innerHTML = '<svg width="10" height="5"><use xlink:href="#a"></use></svg><p>x &amp; <b>y</b></p>';
    const drawing = await data(document.querySelector('svg'));
    assert.equal(
      drawing['image/svg+xml'],
      '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="10" height="5"><use xlink:href="#a"></use></svg>',
    );
    assert.equal(drawing['text/plain'], '[svg 10 × 5]');
    assert.equal((await data(document.querySelector('p')))['text/html'], '<p>x &amp; <b>y</b></p>');
    assert.equal(await plain([document.querySelector('p'), { a: document.body }]), '[ [p], { a: [body] } ]');
  });
});

describe('elements of linkedom', () => {
  test('are shown as those of jsdom are, documents and fragments too', async () => {
    const { document } = parseHTML('<html><body><p>x</p><svg width="4" height="2"><rect/></svg></body></html>');
    assert.equal((await data(document.querySelector('p')))['text/html'], '<p>x</p>');
    const drawing = await data(document.querySelector('svg'));
    assert.match(String(drawing['image/svg+xml']), /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    assert.match(String((await data(document))['text/html']), /^<html>/);
    const fragment = document.createDocumentFragment();
    fragment.append(document.createElement('b'), document.createElement('i'));
    assert.equal((await data(fragment))['text/html'], '<b></b><i></i>');
  });
});

describe('figures of Observable Plot', () => {
  const { document } = new JSDOM('').window;
  const draw = (options: Plot.PlotOptions = {}) =>
    Plot.plot({ document, marks: [Plot.lineY([1, 3, 2], { clip: true, markerEnd: 'arrow' })], ...options });

  test('bring their page and styles, and ids that no other figure has', async () => {
    const figure = draw();
    const shown = await data(figure);
    const drawing = String(shown['image/svg+xml']);
    assert.equal(shown['text/plain'], '[figure 640 × 400]');
    assert.match(
      drawing,
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg".* style="[^"]*background: white; color: #1b1e23;/,
    );
    assert.doesNotMatch(drawing, /<style/);
    const ids = [...drawing.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
    assert.ok(ids.length > 0);
    for (const id of ids) {
      assert.match(id, /-[0-9a-f]{8}$/);
      assert.ok(drawing.includes(`url(#${id})`));
    }
    const other = String((await data(draw({ width: 300 })))['image/svg+xml']);
    for (const id of ids) assert.ok(!other.includes(id));
    const again = String((await data(figure))['image/svg+xml']);
    for (const id of ids) assert.ok(!again.includes(`"${id}"`) && again.includes(`url(#${id}-2)`));
  });

  test('with titles, a legend and a caption are whole, as HTML', async () => {
    const shown = await data(
      draw({
        title: 'Title',
        subtitle: 'Subtitle',
        caption: 'Caption',
        color: { legend: true, type: 'categorical', domain: ['a', 'b'] },
      }),
    );
    const html = String(shown['text/html']);
    for (const text of ['<h2>Title</h2>', '<h3>Subtitle</h3>', 'Caption</figcaption>', '>a</span>', '>b</span>'])
      assert.ok(html.includes(text), text);
    assert.match(html, /swatches[^>]*style="[^"]*display: flex/);
    assert.doesNotMatch(html, /<style/);
    assert.equal(shown['text/plain'], '[figure: Title · Subtitle · Caption]');
  });
});

describe('bytes', () => {
  test('are known by their first ones', async () => {
    const kinds: [string, number[]][] = [
      [
        'image/png',
        [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 2, 0, 0, 0, 3],
      ],
      ['image/jpeg', [0xff, 0xd8, 0xff, 0xe0]],
      ['image/gif', [0x47, 0x49, 0x46, 0x38, 0x39, 0x61]],
      ['image/webp', [0x52, 0x49, 0x46, 0x46, 0, 0, 0, 0, 0x57, 0x45, 0x42, 0x50]],
      ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
    ];
    for (const [type, bytes] of kinds)
      assert.equal((await data(Uint8Array.from(bytes)))[type], Buffer.from(bytes).toString('base64'), type);
    // As long as real ones are, when they would also be an array of numbers.
    for (const [type, bytes] of kinds)
      assert.ok(type in (await data(Uint8Array.from([...bytes, ...Array(200).fill(0)]))), type);
    assert.match(await plain(Uint8Array.from(kinds[0]![1])), /image\/png 2 × 3/);
    assert.deepEqual(Object.keys(await data(Uint8Array.of(1, 2, 3))), ['text/plain']);
  });
});

describe('tables', () => {
  test('arrays of objects, with what is missing left empty and text escaped', async () => {
    const shown = String(
      (
        await data([
          { a: 1, b: '<x>' },
          { a: 2, c: null },
        ])
      )['text/html'],
    );
    assert.match(
      shown,
      />a<br><small[^>]*>number<\/small><\/th><th style="text-align:left">b<br><small[^>]*>string \| undefined<\/small><\/th>/,
    );
    assert.match(
      shown,
      /<tr><th>0<\/th><td style="text-align:right;white-space:nowrap">1<\/td><td style="text-align:left;white-space:nowrap">&lt;x&gt;<\/td><td><\/td><\/tr>/,
    );
  });

  test('large ones are cut with a count', async () => {
    const shown = String((await data(Array.from({ length: 1000 }, (_, i) => ({ i }))))['text/html']);
    assert.equal(shown.match(/<tr>/g)?.length, 51);
    assert.match(shown, /1000 rows × 1 columns/);
  });

  test('class instances and empty arrays are not tables', async () => {
    for (const value of [[new Date(0)], [], [1], [{ a: 1 }, 2]])
      assert.deepEqual(Object.keys(await data(value)), ['text/plain']);
  });
});

describe('tensors', () => {
  const tensor = (shape: number[], values: number[], dtype = 'float32') => ({
    shape,
    dtype,
    size: values.length,
    dataSync: () => values,
  });

  test('show dtype, shape, statistics and values', async () => {
    assert.equal(
      await plain(tensor([2, 2], [1, 2, 3, 4.5])),
      'Tensor float32 [2, 2]  min 1  mean 2.625  max 4.5\n[[1, 2],\n [3, 4.5]]',
    );
    assert.equal(await plain(tensor([], [7], 'int32')), 'Tensor int32 []\n7');
    const long = await plain(
      tensor(
        [1000],
        Array.from({ length: 1000 }, (_, i) => i),
      ),
    );
    assert.equal(long, 'Tensor float32 [1000]  min 0  mean 499.5  max 999\n[0, 1, 2, …, 997, 998, 999]');
  });

  test('a grey picture is drawn', async () => {
    const shown = await data(
      tensor(
        [1, 28, 28, 1],
        Array.from({ length: 784 }, (_, i) => i / 783),
      ),
    );
    assert.match(String(shown['text/html']), /<img src="data:image\/png;base64,[^"]+" width="112" height="112"/);
  });

  test('a batch shows its first images, other numbers how they are spread', async () => {
    const batch = await data(
      tensor(
        [12, 8, 8, 3],
        Array.from({ length: 12 * 192 }, (_, i) => i % 255),
      ),
    );
    assert.equal(String(batch['text/html']).match(/<img /g)?.length, 10);
    assert.match(String(batch['text/html']), /… 2 more/);
    const spread = await data(Float64Array.from({ length: 1000 }, (_, i) => Math.sin(i)));
    assert.match(String(spread['text/html']), /aria-label="histogram"/);
  });

  test('long typed arrays too, short ones as Node prints them', async () => {
    assert.match(
      await plain(new Float32Array(1000)),
      /^Float32Array \[1000\] {2}min 0 {2}mean 0 {2}max 0\n\[0, 0, 0, …/,
    );
    assert.equal(await plain(Int32Array.of(1, 2)), 'Int32Array(2) [ 1, 2 ]');
  });

  test('inside of something else take a line', async () => {
    const one = tensor([2, 2], [1, 2, 3, 4]);
    assert.equal(await plain([one, { one }]), '[ Tensor float32 [2, 2], { one: Tensor float32 [2, 2] } ]');
  });

  test('of more values than one waits for are looked at here and there', async () => {
    const asked = new Set<number>();
    const values = new Proxy([0.5], {
      get: (_, key) => {
        if (key === 'length') return 4e8;
        asked.add(Number(key));
        return 0.5;
      },
    });
    assert.match(
      await plain({ ...tensor([4e8], []), dataSync: () => values }),
      /mean 0.5 {2}max 0.5 {2}\(of one value in 4001\)/,
    );
    assert.ok(asked.size < 200_000);
  });

  test('a real one of tfjs', async () => {
    const tf = await import('@tensorflow/tfjs-core');
    await import('@tensorflow/tfjs-backend-cpu');
    assert.equal(
      await plain(tf.tensor2d([[1, 0]], undefined, 'bool')),
      'Tensor bool [1, 2]  min 0  mean 0.5  max 1\n[[1, 0]]',
    );
    const gone = tf.tensor([1]);
    gone.dispose();
    assert.equal(await plain(gone), 'Tensor float32 [1] (disposed)');
  });
});

describe('documents', () => {
  test('Vega-Lite and GeoJSON by what they say of themselves', async () => {
    const chart = { $schema: 'https://vega.github.io/schema/vega-lite/v5.json', mark: 'bar' };
    assert.deepEqual((await data(chart))['application/vnd.vegalite.v5+json'], chart);
    const point = { type: 'Point', coordinates: [1, 2] };
    assert.deepEqual((await data(point))['application/geo+json'], point);
    assert.deepEqual(Object.keys(await data({ type: 'Point' })), ['text/plain']);
  });
});

describe('what libraries give their objects, as in Deno’s kernel', () => {
  test('toDataURL of a canvas is a picture', async () => {
    const canvas = (url: unknown) => ({ toDataURL: () => url });
    assert.equal((await data(canvas('data:image/png;base64,iVBORw0=')))['image/png'], 'iVBORw0=');
    for (const other of ['data:,', null, Promise.resolve('data:image/png;base64,iVBORw0=')])
      assert.deepEqual(Object.keys(await data(canvas(other))), ['text/plain']);
  });

  test('toSpec is Vega or Vega-Lite', async () => {
    const chart = { $schema: 'https://vega.github.io/schema/vega-lite/v5.json', mark: 'bar' };
    assert.deepEqual((await data({ toSpec: () => chart }))['application/vnd.vegalite.v5+json'], chart);
    assert.deepEqual(Object.keys(await data({ toSpec: () => null })), ['text/plain']);
  });

  test('a data frame of Polars is a table', async () => {
    const column = (DataType: string) => ({ toJSON: () => ({ DataType }) });
    const rows = [{ n: 1, share: 0.5, name: '<b>' }];
    const schema = { n: column('Int64'), share: column('Float64'), name: column('Utf8') };
    const asked: number[] = [];
    const head = (count: number): object => {
      asked.push(count);
      return frame;
    };
    const frame = { schema, head, toRecords: () => rows };
    const shown = await data(frame);
    const fields = [
      { name: 'n', type: 'integer' },
      { name: 'share', type: 'number' },
      { name: 'name', type: 'string' },
    ];
    assert.deepEqual(shown['application/vnd.dataresource+json'], { data: rows, schema: { fields } });
    assert.match(String(shown['text/html']), /&lt;b&gt;/);
    assert.deepEqual(asked, [50]);
  });

  test('outerHTML is markup', async () => {
    assert.equal((await data({ outerHTML: '<svg></svg>' }))['image/svg+xml'], '<svg></svg>');
    assert.equal((await data({ outerHTML: '<p>hi</p>' }))['text/html'], '<p>hi</p>');
  });
});

describe('markup', () => {
  test('what is filled in is escaped, unless it is markup already', async () => {
    const evil = '<img src=x onerror="alert(1)">';
    assert.equal(
      String(html`<p title="${'"'}">${evil}${html`<b>${1}</b>`}${['a', '<']}${null}</p>`),
      '<p title="&quot;">&lt;img src=x onerror=&quot;alert(1)&quot;&gt;<b>1</b>a&lt;</p>',
    );
    assert.equal(String(svg`<text>${'<'}</text>`), '<text>&lt;</text>');
    assert.equal(String(md`# ${'*a*'} and *b*`), '# \\*a\\* and *b*');
    assert.equal(String(tex`\frac{${'a_1'}}{2}`), '$$\\frac{a\\_1}{2}$$');
  });

  test('shows itself', async () => {
    assert.deepEqual(await data(html`<b>x</b>`), { 'text/html': '<b>x</b>', 'text/plain': '<b>x</b>' });
    assert.deepEqual(Object.keys(await data(tex`x^2`)), ['text/latex', 'text/plain']);
  });
});

describe('what an object gives under a MIME type of text or pictures', () => {
  const given = (shown: object) => data({ [Symbol.for('Jupyter.display')]: () => shown });

  test('is a string: lines are joined, bytes are base64', async () => {
    const bytes = Uint8Array.from([1, 2, 3]);
    const {
      'text/html': lines,
      'image/png': view,
      'image/gif': buffer,
    } = await given({
      'text/html': ['<b>\n', '</b>'],
      'image/png': bytes,
      'image/gif': bytes.buffer,
    });
    assert.deepEqual([lines, view, buffer], ['<b>\n</b>', 'AQID', 'AQID']);
  });

  test('is refused by name where it is another object: no notebook may hold it', async () => {
    for (const [type, value] of [
      ['image/png', {}],
      ['text/html', [1]],
    ] as const)
      await assert.rejects(given({ [type]: value }), new RegExp(`${type} cannot be sent: it needs a string, or bytes`));
  });
});
