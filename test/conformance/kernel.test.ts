import { test } from 'node:test';
import { pytest } from '../helpers/pytest.ts';
import { withoutPython } from '../helpers/python.ts';

test('jupyter_kernel_test passes with every sample filled', { skip: withoutPython, timeout: 300_000 }, (t) =>
  pytest(t, 'test/conformance/kernel_test.py'),
);
