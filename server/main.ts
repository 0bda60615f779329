#!/usr/bin/env node
// The `tensorflow_model_server` command. CommonJS in plain JavaScript: an old Node, which cannot read TypeScript, still reads this and says what it needs.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if ((major === 24 && minor >= 15) || major >= 26) {
  // Compiled code is kept between starts: half the time to the first answer.
  process.getBuiltinModule('node:module').enableCompileCache();
  import('./src/start.ts').then((server) => server.main(process.argv.slice(2)));
} else {
  console.error(
    `tensorflow_model_server needs Node 24.15 or newer (or 26); this is Node ${process.versions.node}. ` +
      'In a clone: npm run tensorflow_model_server -- …',
  );
  process.exit(1);
}
