import { test } from 'node:test';
import { pytest } from '../helpers/pytest.ts';
import { withoutPython } from '../helpers/python.ts';

test(
  'Jupyter’s own clients work on the kernel: jupyter_client, nbclient, papermill, nbconvert, jupyter console, the server’s restarter',
  { skip: withoutPython, timeout: 900_000 },
  (t) => pytest(t, 'test/conformance/clients_test.py'),
);
