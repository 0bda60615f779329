import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { python, withoutPython } from '../../helpers/python.ts';
import { root } from '../../helpers/root.ts';
import { readCases } from '../../lib/saved-model/cases.ts';
import { freePort, runServer, startServer } from '../process/server.ts';

test('--prefer_tflite_model serves a version’s model.tflite; without it there is no SavedModel in the folder', {
  skip: withoutPython,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-lite-served-'));
  const script = join(root, 'test/lib/saved-model/lite_models.py');
  await promisify(execFile)(python as string, [script, folder, 'digits'], { maxBuffer: 2 ** 26 });
  const version = join(folder, 'served', '1');
  mkdirSync(version, { recursive: true });
  copyFileSync(join(folder, 'digits', 'model.tflite'), join(version, 'model.tflite'));
  const rest = await freePort();
  const flags = [
    `--port=${await freePort()}`,
    `--rest_api_port=${rest}`,
    `--model_base_path=${join(folder, 'served')}`,
  ];
  const server = await startServer([...flags, '--prefer_tflite_model'], { rest });
  const [{ inputs, outputs }] = readCases(join(folder, 'digits')) as [ReturnType<typeof readCases>[0]];
  const [input, output] = [Object.values(inputs)[0]!, Object.values(outputs)[0]!];
  const images = Array.from({ length: 3 }, (_, n) =>
    Array.from({ length: 28 }, (_, y) =>
      Array.from({ length: 28 }, (_, x) => [(input.data as Float32Array)[784 * n + 28 * y + x]]),
    ),
  );
  const body = JSON.stringify({ instances: images });
  const response = await fetch(`${server.url}/v1/models/default:predict`, { method: 'POST', body });
  const { predictions } = (await response.json()) as { predictions: number[][] };
  predictions.flat().forEach((x, i) => {
    const expected = (output.data as Float32Array)[i] as number;
    assert.ok(Math.abs(x - expected) < 1e-5, `${x}, not ${expected}`);
  });
  assert.equal(predictions.flat().length, 30);
  await server.stop();
  const { code, log, out } = await runServer(...flags, '--max_num_load_retries=0');
  assert.notEqual(code, 0);
  assert.match(log + out, /Could not find SavedModel \.pb or \.pbtxt at supplied export directory path/);
  rmSync(folder, { recursive: true });
});
