import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { python, withoutPython } from '../../helpers/python.ts';
import { addSavedVersion, savedModel } from './saved-model.ts';
import { freePort, type Server, startServer } from './server.ts';

/** The model answers x + its version; version 1 is "stable", the folder of version 3 holds no model. */
type Case = {
  title: string;
  path: string;
  body?: string | Buffer;
  headers?: Record<string, string>;
  method?: 'OPTIONS';
  status?: number;
  type?: string;
  /** The whole answer, byte for byte, or what is in it. */
  answer: string | RegExp;
};
type Answer = { status: number; type: string; cors: string; text: string };
type Client = (cases: Case[], url: string) => Promise<Answer[]>;

const two = '{\n    "predictions": [3.0\n    ]\n}';
const one = '{\n    "predictions": [2.0\n    ]\n}';
const row = '{"instances": [1]}';
const error = (text: string): RegExp => new RegExp(`^\\{\n {4}"error": "${text}"`);
const state = (version: number, name = 'AVAILABLE'): string =>
  `  {\n   "version": "${version}",\n   "state": "${name}",\n   "status": {\n    "error_code": "OK",\n    "error_message": ""\n   }\n  }`;

const CASES: Case[] = [
  {
    title: 'rows',
    path: 'plus:predict',
    body: '{"instances": [1, 2.5]}',
    answer: '{\n    "predictions": [3.0, 4.5\n    ]\n}',
  },
  { title: 'rows of named inputs', path: 'plus:predict', body: '{"instances": [{"x": 1}]}', answer: two },
  {
    title: 'columns',
    path: 'plus:predict',
    body: '{"inputs": {"x": [[1, 2]]}}',
    answer: '{\n    "outputs": [\n        [\n            3.0,\n            4.0\n        ]\n    ]\n}',
  },
  { title: 'a scalar', path: 'plus:predict', body: '{"inputs": 1}', answer: '{\n    "outputs": 3.0\n}' },
  {
    title: 'a signature by name',
    path: 'plus:predict',
    body: '{"signature_name": "serving_default", "instances": [1]}',
    answer: two,
  },
  {
    title: 'NaN and infinities',
    path: 'plus:predict',
    body: '{"instances": [NaN, Infinity, -Infinity]}',
    answer: '{\n    "predictions": [NaN, Infinity, -Infinity\n    ]\n}',
  },
  { title: 'any content type', path: 'plus:predict', body: row, headers: { 'Content-Type': 'image/png' }, answer: two },
  {
    title: 'a form, as curl says',
    path: 'plus:predict',
    body: row,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    answer: two,
  },
  {
    title: 'a content type that is none',
    path: 'plus:predict',
    body: row,
    headers: { 'Content-Type': '???' },
    answer: two,
  },
  { title: 'gzip', path: 'plus:predict', body: gzipSync(row), headers: { 'Content-Encoding': 'gzip' }, answer: two },
  {
    title: 'what says gzip and is none',
    path: 'plus:predict',
    body: row,
    headers: { 'Content-Encoding': 'gzip' },
    status: 400,
    answer: error('JSON Parse error: The document is empty'),
  },
  { title: 'a version', path: 'plus/versions/1:predict', body: row, answer: one },
  { title: 'a version with zeros', path: 'plus/versions/0002:predict', body: row, answer: two },
  { title: 'a label', path: 'plus/labels/stable:predict', body: row, answer: one },
  { title: 'capitals', path: '../MODELS/plus:predict', body: row, answer: two },
  {
    title: 'a query',
    path: 'plus:predict?key=value',
    body: row,
    status: 400,
    answer: error('Malformed request: POST /v1/models/plus:predict\\?key=value'),
  },
  { title: 'a percent in the name', path: 'pl%75s:predict', body: row, answer: two },
  {
    title: 'no such model',
    path: 'none:predict',
    body: row,
    status: 404,
    answer: error('Servable not found for request: Latest\\(none\\)'),
  },
  {
    title: 'no such version',
    path: 'plus/versions/7:predict',
    body: row,
    status: 404,
    answer: error('Servable not found for request: Specific\\(plus, 7\\)'),
  },
  {
    title: 'no such label',
    path: 'plus/labels/none:predict',
    body: row,
    status: 400,
    answer: error('Unrecognized servable version label: none'),
  },
  {
    title: 'a version too high',
    path: 'plus/versions/9223372036854775808:predict',
    body: row,
    status: 400,
    answer: error('Failed to convert version: 9223372036854775808 to numeric.'),
  },
  {
    title: 'no JSON',
    path: 'plus:predict',
    body: '{',
    status: 400,
    answer: error('JSON Parse error: Missing a name for object member. at offset: 1'),
  },
  {
    title: 'a wrong value, with a request that works',
    path: 'plus:predict',
    body: '{"instances": ["a"]}',
    status: 400,
    answer: /"example":\{"signature_name":"serving_default","instances":\[0.5\]\}/,
  },
  {
    title: 'classify where no signature classifies',
    path: 'plus:classify',
    body: '{"examples": [{"x": 1.5}]}',
    status: 400,
    answer: /^\{\n {4}"error": ".*"hint":"This model has no signature for classify; try :predict."/s,
  },
  {
    title: 'regress without examples',
    path: 'plus:regress',
    body: '{}',
    status: 400,
    answer: error("JSON Value: \\{\\} When method is classify, key 'examples' is expected and was not found"),
  },
  {
    title: 'a verb in capitals',
    path: 'plus:Predict',
    body: row,
    status: 400,
    answer: error('Malformed request: POST /v1/models/plus:Predict'),
  },
  { title: 'status', path: 'plus', answer: `{\n "model_version_status": [\n${state(2)},\n${state(1)}\n ]\n}\n` },
  {
    title: 'status of a version',
    path: 'plus/versions/1',
    answer: `{\n "model_version_status": [\n${state(1)}\n ]\n}\n`,
  },
  {
    title: 'status of no model',
    path: 'none',
    status: 404,
    answer: error('Could not find any versions of model none'),
  },
  {
    title: 'metadata',
    path: 'plus/metadata',
    answer:
      /^\{\n"model_spec":\{\n "name": "plus",\n "version": "2",\n "signature_name": ""\n\}\n,\n"metadata": \{"signature_def": \{.*"unknown_rank": false/s,
  },
  { title: 'metadata of a label', path: 'plus/labels/stable/metadata', answer: /"version": "1"/ },
  { title: 'all models', path: '../models', answer: /"plus"/ },
  { title: 'ready', path: '../health/ready', answer: /./ },
  { title: 'alive', path: '../health/live', answer: /./ },
  {
    title: 'a page asks first',
    path: 'plus:predict',
    method: 'OPTIONS',
    headers: { Origin: 'http://localhost:8888' },
    type: '',
    answer: '',
  },
];

const requestsClient: Client = async (cases, url) => {
  const wire = cases.map((one) => ({
    method: methodOf(one),
    url: urlOf(url, one),
    headers: one.headers ?? {},
    ...(one.body !== undefined && { body: Buffer.from(one.body).toString('base64') }),
  }));
  const script = join(import.meta.dirname, 'rest_client.py');
  const out = await output(python as string, [script], Buffer.from(JSON.stringify(wire)));
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
};

const curlClient: Client = async (cases, url) => {
  const answers: Answer[] = [];
  for (const one of cases) {
    const headers = Object.entries(one.headers ?? {}).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
    // With the data from stdin, curl says form-urlencoded itself.
    const data = one.body === undefined ? [] : ['--data-binary', '@-'];
    const shown = '\n%{http_code}\n%{content_type}\n%header{access-control-allow-origin}';
    const flags = ['-s', '--path-as-is', '-X', methodOf(one), ...headers, ...data, '-w', shown, urlOf(url, one)];
    const lines = (await output('curl', flags, Buffer.from(one.body ?? ''))).split('\n');
    const [status = '', type = '', cors = ''] = lines.slice(-3);
    answers.push({ status: Number(status), type, cors, text: lines.slice(0, -3).join('\n') });
  }
  return answers;
};

const fetchClient: Client = (cases, url) =>
  Promise.all(
    cases.map(async (one) => {
      const answer = await fetch(urlOf(url, one), {
        method: methodOf(one),
        headers: one.headers ?? {},
        ...(one.body !== undefined && { body: one.body as BodyInit }),
      });
      const [type, cors] = ['content-type', 'access-control-allow-origin'].map(
        (name) => answer.headers.get(name) ?? '',
      );
      return { status: answer.status, type: type ?? '', cors: cors ?? '', text: await answer.text() };
    }),
  );

const withoutCurl = spawnSync('curl', ['--version']).error ? 'needs curl' : false;
const CLIENTS: [string, string | false, Client][] = [
  ['requests', withoutPython, requestsClient],
  ['curl', withoutCurl, curlClient],
  ['fetch', false, fetchClient],
];

describe('the clients of TF Serving’s REST interface get its answers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-rest-'));
  let server: Server;

  before(async () => {
    const base = savedModel(1);
    addSavedVersion(base, 2, 2);
    writeFileSync(
      join(folder, 'models.config'),
      `model_config_list { config { name: 'plus' base_path: '${base}' model_platform: 'tensorflow'
        model_version_policy { specific { versions: 1 versions: 2 } } version_labels { key: 'stable' value: 1 } } }`,
    );
    const rest = await freePort();
    const flags = [`--port=${await freePort()}`, `--rest_api_port=${rest}`, '--rest_api_enable_cors_support'];
    server = await startServer([...flags, `--model_config_file=${join(folder, 'models.config')}`], { rest });
    const ready = async () =>
      (await fetch(`${server.url}/v1/models/plus/versions/2:predict`, { method: 'POST', body: row })).ok;
    while (!(await ready()));
  });
  after(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  for (const [name, skip, client] of CLIENTS) {
    test(name, { skip }, async () => {
      const answers = await client(CASES, server.url);
      for (const [i, { title, status = 200, type = 'application/json', answer }] of CASES.entries()) {
        const { text, ...head } = answers[i] as Answer;
        assert.deepEqual(head, { status, type, cors: '*' }, `${title}: ${text}`);
        if (typeof answer === 'string') assert.equal(text, answer, title);
        else assert.match(text, answer, title);
      }
    });
  }
});

const methodOf = ({ method, body }: Case): string => method ?? (body === undefined ? 'GET' : 'POST');
const urlOf = (url: string, { path }: Case): string =>
  path.startsWith('../') ? `${url}/v1/${path.slice(3)}` : `${url}/v1/models/${path}`;

function output(command: string, args: string[], input: Buffer): Promise<string> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(Buffer.concat(chunks).toString()) : reject(new Error(`${command} ended with ${code}`)),
    );
  });
}
