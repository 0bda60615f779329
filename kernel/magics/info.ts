import { type Magic, type MagicCall, UsageError } from './magic.ts';

/** Magics about the session itself. */
export function infoMagics(all: () => Map<string, Magic>): Magic[] {
  const list = ({ cell }: MagicCall): void => {
    const names = (test: (name: string) => boolean): string => [...all().keys()].filter(test).sort().join('  ');
    cell.write(
      'stdout',
      `Line magics:\n${names((name) => !name.startsWith('%%'))}\n\nCell magics:\n${names((name) => name.startsWith('%%'))}\n`,
    );
  };
  const help = ({ cell, text }: MagicCall): void => {
    const asked = text.trim();
    const found = [...all().values()].filter(
      ({ name }) => !asked || name.replace(/^%+/, '') === asked.replace(/^%+/, ''),
    );
    if (found.length === 0) throw new UsageError(`no magic ${asked}; %lsmagic lists all`);
    for (const magic of found) cell.write('stdout', `${magic.usage}\n    ${magic.help}\n`);
  };
  return [
    { name: '%lsmagic', usage: '%lsmagic', help: 'Lists all magics.', run: list, runSync: list },
    { name: '%help', usage: '%help [MAGIC]', help: 'Explains one magic, or all.', run: help, runSync: help },
    { name: '%magic', usage: '%magic', help: 'Explains all magics.', run: help, runSync: help },
    answer('%autoreload', 'It is always on: a local file that was edited is fresh when a cell imports it again.'),
    answer(
      '%load_ext',
      'There are no extensions to load; npm packages are imported, and registerMagic of typelab/kernel adds magics.',
    ),
    answer(
      '%matplotlib',
      'Not needed: a figure, e.g. Plot.plot({…}) of @observablehq/plot, shows itself as the value of a cell.',
    ),
    answer('%pip', 'This is a TypeScript notebook: !npm install NAME adds a package; !pip … reaches Python’s.'),
  ];
}

/** What IPython’s users type out of habit gets a friendly word. */
function answer(name: string, text: string): Magic {
  const run = ({ cell }: MagicCall): void => cell.write('stdout', `${text}\n`);
  return { name, usage: name, help: text, run, runSync: run };
}
