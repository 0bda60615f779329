import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The browser on this machine that Playwright drives; the tests never download one. */
export const chromium = find();

/** Goes into a test's options: `test('…', { skip: withoutChromium }, …)`. */
export const withoutChromium = chromium
  ? false
  : 'needs Chromium or Chrome on PATH or in CHROMIUM (Debian: apt-get install chromium), then npm test again';

function find(): string | undefined {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
