import { spawnSync } from 'node:child_process';
import { python, withoutPython } from '../../helpers/python.ts';

/** Why TensorFlow Serving's Python client cannot be used, or false. */
export const withoutServingApi: string | false =
  withoutPython ||
  (spawnSync(python as string, [
    '-c',
    'import importlib.util, sys; sys.exit(importlib.util.find_spec("tensorflow_serving") is None)',
  ]).status === 0
    ? false
    : 'needs pip install --no-deps tensorflow-serving-api grpcio in .venv');
