import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pickWheel } from '../../../lab/src/engine/wheel.ts';

const page = 'http://index.test/simple/tensorflow/';
const search = { name: 'tensorflow', page, machine: { arch: 'x64', glibc: '2.36' }, wanted: '' };

test('the newest wheel for this processor is picked; yanked ones and release candidates are not', () => {
  const files = [
    listed('tensorflow-2.20.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl'),
    listed('tensorflow-2.21.0-cp313-cp313-manylinux_2_27_x86_64.whl'),
    listed('tensorflow-2.21.0-cp313-cp313-manylinux_2_27_aarch64.whl'),
    listed('tensorflow-2.22.0rc1-cp313-cp313-manylinux_2_27_x86_64.whl'),
    { ...listed('tensorflow-2.23.0-cp313-cp313-manylinux_2_27_x86_64.whl'), yanked: 'broken' },
    listed('tensorflow-2.24.0-cp313-cp313-win_amd64.whl'),
    listed('tensorflow-2.24.0.tar.gz'),
  ];
  assert.deepEqual(pickWheel(files, search), {
    file: 'tensorflow-2.21.0-cp313-cp313-manylinux_2_27_x86_64.whl',
    url: 'http://index.test/files/tensorflow-2.21.0-cp313-cp313-manylinux_2_27_x86_64.whl',
    sha256: 'abc',
    bytes: 7,
    version: '2.21.0',
  });
  assert.equal(pickWheel(files, { ...search, wanted: '<2.21' }).version, '2.20.0');
  const arm = pickWheel(files, { ...search, machine: { arch: 'arm64', glibc: '2.36' } });
  assert.match(arm.file, /aarch64/);
});

test('a wheel for a newer glibc is left for an older wheel, or named in the error', () => {
  const [old, fresh] = [
    listed('tensorflow-2.15.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl'),
    listed('tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl'),
  ];
  const machine = { arch: 'x64', glibc: '2.26' };
  assert.equal(pickWheel([old, fresh], { ...search, machine }).version, '2.15.0');
  assert.throws(() => pickWheel([fresh], { ...search, machine }), {
    message: 'No wheel of tensorflow fits Linux on x86_64: its wheels need glibc 2.27, this machine has 2.26.',
  });
});

function listed(filename: string) {
  return { filename, url: `../../files/${filename}`, hashes: { sha256: 'abc' }, size: 7 };
}
