import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HostTensor } from '../../../lib/saved-model/value.ts';
import { build } from '../../../server/src/app.ts';
import { type Submit, stepsOf } from '../../../server/src/servable/servable.ts';
import { type Caller, inSlices, NOBODY, type Steps, Turns } from '../../../server/src/servable/turns.ts';
import { baseFolder, config, fakeCore } from '../fake-core.ts';
import { half } from '../fake-models.ts';

/** Time that only passes where a step says so. */
function world() {
  const clock = { now: 1000 };
  const turns = new Turns(() => clock.now);
  const order: string[] = [];
  /** `count` steps of `ms` each. */
  function* steps(name: string, count: number, ms: number): Steps<string> {
    try {
      for (let i = 0; i < count; i++) {
        if (i > 0) yield;
        clock.now += ms;
      }
      order.push(name);
      return name;
    } finally {
      if (!order.includes(name)) order.push(`${name} given up`);
    }
  }
  const lane = (name: string, maxQueued = 10) => turns.lane(name, { maxQueued });
  return { clock, turns, order, steps, lane };
}

describe('models take turns', () => {
  test('a short run is over at once, without a promise', () => {
    const { turns, lane, steps } = world();
    assert.equal(
      turns.run(lane('a'), NOBODY, () => steps('a', 3, 1)),
      'a',
    );
  });

  test('a long run pauses between its steps, and a short one of another model does not wait for it', async () => {
    const { turns, lane, steps, order, clock } = world();
    const [slow, quick] = [lane('slow'), lane('quick')];
    const long = turns.run(slow, NOBODY, () => steps('slow', 100, 2));
    assert.ok(long instanceof Promise);
    assert.ok(clock.now < 1010);
    assert.equal(
      turns.run(quick, NOBODY, () => steps('quick', 1, 1)),
      'quick',
    );
    assert.equal(await long, 'slow');
    assert.deepEqual(order, ['quick', 'slow']);
  });

  test('a model whose runs cannot pause has one of them a turn', async () => {
    const { turns, lane, steps, order } = world();
    const [slow, quick] = [lane('slow'), lane('quick')];
    const runs = [1, 2, 3].map((i) => turns.run(slow, NOBODY, () => steps(`slow ${i}`, 1, 200)));
    await new Promise((resolve) => setImmediate(resolve));
    turns.run(quick, NOBODY, () => steps('quick', 1, 1));
    await Promise.all(runs);
    assert.deepEqual(order, ['slow 1', 'slow 2', 'quick', 'slow 3']);
  });

  test('those that wait get equal shares of the time, however much each run takes', async () => {
    const { turns, lane, steps, order } = world();
    const [big, small] = [lane('big', 100), lane('small', 100)];
    const runs = [
      ...Array.from({ length: 3 }, (_, i) => turns.run(big, NOBODY, () => steps(`big ${i}`, 50, 4))),
      ...Array.from({ length: 30 }, (_, i) => turns.run(small, NOBODY, () => steps(`small ${i}`, 5, 4))),
    ];
    await Promise.all(runs);
    const done = order.indexOf('big 0');
    assert.ok(done >= 9 && done <= 12, `${done} small ones (20 ms) beside the first big one (200 ms)`);
    assert.equal(order.filter((name) => name.endsWith('given up')).length, 0);
  });

  test('one request more than may wait is refused, with the time after which to come again', async () => {
    const { turns, lane, steps } = world();
    const slow = lane('slow', 2);
    const run = (i: number) => turns.run(slow, NOBODY, () => steps(`${i}`, 10, 10));
    const runs = [run(0), run(1)];
    assert.throws(() => run(2), {
      code: 'UNAVAILABLE',
      message: 'The queue of model slow is full: 2 requests wait, which takes about 0 ms (--max_queued_requests=2)',
    });
    await Promise.all(runs);
    const more = [run(3), run(4)];
    assert.throws(() => run(5), { message: /about 200 ms/, retryAfter: 0.2 });
    await Promise.all(more);
  });

  test('who would wait beyond the deadline is refused at once', async () => {
    const { turns, lane, steps, clock } = world();
    const slow = lane('slow');
    await turns.run(slow, NOBODY, () => steps('0', 10, 10));
    const runs = [1, 2].map((i) => turns.run(slow, NOBODY, () => steps(`${i}`, 10, 10)));
    const caller: Caller = { deadline: clock.now + 150, gone: () => false };
    assert.throws(() => turns.run(slow, caller, () => steps('3', 10, 10)), {
      code: 'UNAVAILABLE',
      message: /the deadline passes before its turn comes/,
    });
    await Promise.all(runs);
  });

  test('a run is given up when its deadline passes, or its client goes away', async () => {
    const { turns, lane, steps, order, clock } = world();
    const slow = lane('slow');
    const late = turns.run(slow, { deadline: clock.now + 100, gone: () => false }, () => steps('late', 100, 10));
    let here = true;
    const left = turns.run(slow, { deadline: Infinity, gone: () => !here }, () => steps('left', 100, 10));
    const last = turns.run(slow, NOBODY, () => steps('last', 1, 1));
    here = false;
    await assert.rejects(late as Promise<string>, { code: 'DEADLINE_EXCEEDED' });
    await assert.rejects(left as Promise<string>, { code: 'CANCELLED' });
    assert.equal(await last, 'last');
    // The second had not begun.
    assert.deepEqual(order, ['late given up', 'last']);
    assert.equal(clock.now, 1101);
  });

  test('who has hung up makes room in a full queue', async () => {
    const { turns, lane, steps } = world();
    const slow = lane('slow', 2);
    const first = turns.run(slow, NOBODY, () => steps('first', 10, 10));
    const left = turns.run(slow, { deadline: Infinity, gone: () => true }, () => steps('left', 10, 10));
    const refused = assert.rejects(left as Promise<string>, { code: 'CANCELLED' });
    assert.equal(await turns.run(slow, NOBODY, () => steps('next', 1, 1)), 'next');
    assert.equal(await first, 'first');
    await refused;
  });

  test('an error of a run is its own', async () => {
    const { turns, lane, steps } = world();
    // biome-ignore lint/correctness/useYield: it fails before its first step
    const failing = function* (): Steps<string> {
      throw new Error('no');
    };
    const slow = lane('slow');
    assert.throws(() => turns.run(slow, NOBODY, failing), /no/);
    const runs = [turns.run(slow, NOBODY, () => steps('one', 5, 5)), turns.run(slow, NOBODY, failing)] as const;
    await assert.rejects(runs[1] as Promise<string>, /no/);
    assert.equal(await runs[0], 'one');
  });
});

test('over REST a full queue is 503 with Retry-After', async () => {
  const turns = new Turns();
  const lane = turns.lane('m', { maxQueued: 1 });
  const { core } = fakeCore(() => {
    const model = half();
    const submit: Submit = (signature, inputs, outputs, caller = NOBODY) =>
      turns.run(lane, caller, function* () {
        for (const end = performance.now() + 30; performance.now() < end; ) yield;
        return yield* stepsOf(model, signature, inputs as Record<string, HostTensor>, outputs);
      });
    return { ...model, submit };
  });
  await core.configure([config('m', baseFolder(1))]);
  const app = build({ core });
  const ask = () => app.inject({ method: 'POST', url: '/v1/models/m:predict', payload: '{"instances": [[1.0]]}' });
  const answers = await Promise.all([ask(), ask(), ask()]);
  const statuses = answers.map(({ statusCode }) => statusCode).sort();
  assert.deepEqual(statuses, [200, 503, 503]);
  const refused = answers.find(({ statusCode }) => statusCode === 503);
  assert.match(refused?.headers['retry-after'] as string, /^[1-9]\d*$/);
  assert.match(refused?.body ?? '', /The queue of model m is full: 1 requests wait/);
});

test('what is done in slices, such as a load, lets requests in every few milliseconds', async () => {
  let others = 0;
  const timer = setInterval(() => others++, 0);
  function* load(): Steps<string> {
    for (let i = 0; i < 20; i++) {
      for (const end = performance.now() + 6; performance.now() < end; );
      yield;
    }
    return 'loaded';
  }
  assert.equal(await inSlices(load()), 'loaded');
  clearInterval(timer);
  assert.ok(others > 10, `${others} times`);
});
