import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root } from '../helpers/root.ts';

type Package = { optionalDependencies?: Record<string, string>; resolved?: string };

describe('package-lock.json', () => {
  const { packages }: { packages: Record<string, Package> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  );

  // npm writes only this machine's binaries when node_modules is there already; npm ci then fails everywhere.
  test('holds the binaries of every platform (else: make it anew in a folder without node_modules)', () => {
    const present = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')));
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !present.has(name))
        .map((name) => `${name} of ${path}`),
    );
    assert.deepEqual(missing, []);
  });

  test('names no registry', () => {
    assert.deepEqual(
      Object.values(packages).filter((one) => one.resolved?.startsWith('http')),
      [],
    );
  });
});
