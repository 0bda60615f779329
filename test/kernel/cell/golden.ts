import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';

/**
 * A file of cases: a line `### title`, the cell, a line `---`, what is to come out. With UPDATE=1 the file is written anew;
 * read the difference before it is committed.
 */
export function golden(file: string, produce: (source: string) => string | Promise<string>): void {
  const path = new URL(`golden/${file}`, import.meta.url);
  const cases = readFileSync(path, 'utf8')
    .split(/^### /m)
    .slice(1)
    .map((block) => {
      const [, title, source, expected] = /^(.*)\n([\s\S]*?)\n---(?:\n([\s\S]*?))?\n*$/.exec(block)!;
      return { title: title!, source: source!, expected: expected ?? '' };
    });
  describe(file, () => {
    const written: string[] = [];
    for (const { title, source, expected } of cases)
      test(title, async () => {
        const actual = (await produce(source)).trimEnd();
        written.push(`### ${title}\n${source}\n---\n${actual}\n`);
        if (!process.env.UPDATE) assert.equal(actual, expected);
        else if (written.length === cases.length) writeFileSync(path, written.join('\n'));
      });
  });
}
