#!/usr/bin/env node
// The `typelab` command. CommonJS in plain JavaScript: an old Node, which cannot read TypeScript, still reads this and says what it needs.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if ((major === 24 && minor >= 15) || major >= 26) {
  import('./src/command.ts').then(
    (command) => command.main(process.argv.slice(2)),
    (error) => {
      if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
      console.error(`${error.message}. In a clone, npm ci installs typelab's packages.`);
      process.exit(1);
    },
  );
} else {
  console.error(
    `typelab needs Node 24.15 or newer (or 26); this is Node ${process.versions.node}. ` +
      'In a clone, npm run typelab -- … uses the right one.',
  );
  process.exit(1);
}
