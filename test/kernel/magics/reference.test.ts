import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { reference } from '../../../kernel/magics/reference.ts';
import { registry } from '../../../kernel/magics/registry.ts';
import { root } from '../../helpers/root.ts';

describe('The page of all magics', () => {
  test('is what the registry says; UPDATE=1 writes it', () => {
    const file = join(root, 'kernel/magics/README.md');
    if (process.env.UPDATE) writeFileSync(file, reference(registry.values()));
    assert.equal(readFileSync(file, 'utf8'), reference(registry.values()));
  });

  test('has every magic, each with a usage that begins with its name', () => {
    for (const { name, usage, help } of registry.values()) {
      assert.ok(usage.startsWith(name), usage);
      assert.match(help, /\.$/);
    }
  });
});
