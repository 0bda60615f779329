import { statSync } from 'node:fs';

export type Freshness = {
  /** `parent` imports `child`; both are paths of local files. */
  edge(parent: string, child: string): void;
  /** Whether it was asked for before. */
  knows(path: string): boolean;
  /** How often the file, or anything it imports, was found changed: 0 while it is as it was when it was first loaded. */
  version(path: string): number;
  /** Looks at the disk again; called once for every import a cell makes. */
  look(): void;
};

type Known = { stamp: string; generation: number; importers: Set<string> };

/** Node keeps a module for the life of the process; an edited file gets a new address instead, and so does what imports it. */
export function createFreshness(): Freshness {
  const files = new Map<string, Known>();

  function know(path: string): Known {
    let known = files.get(path);
    if (!known) {
      known = { stamp: stamp(path), generation: 0, importers: new Set() };
      files.set(path, known);
    }
    return known;
  }

  return {
    edge: (parent, child) => {
      know(parent);
      know(child).importers.add(parent);
    },
    knows: (path) => files.has(path),
    version: (path) => know(path).generation,
    look: () => {
      const stale = new Set<string>();
      for (const [path, known] of files) {
        const now = stamp(path);
        if (now === known.stamp) continue;
        known.stamp = now;
        stale.add(path);
      }
      // A Set goes on to what is added while it is walked: importers of importers.
      for (const path of stale) for (const importer of files.get(path)!.importers) stale.add(importer);
      for (const path of stale) files.get(path)!.generation += 1;
    },
  };
}

function stamp(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.mtimeMs} ${found.size} ${found.ino}` : '';
}
