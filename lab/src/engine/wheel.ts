import { meets, newest } from './version-order.ts';

export type Wheel = { file: string; url: string; sha256: string; bytes: number; version: string };

export type Machine = { arch: string; glibc: string | undefined };

/** A file as the index's JSON has it (PEP 691). */
type Listed = { filename: string; url: string; hashes: { sha256?: string }; size?: number; yanked?: boolean | string };

/** The newest wheel of the package that runs here; `wanted` is a version specifier such as `<13.0,>=12.5.3.2`. */
export async function findWheel(index: string, name: string, machine: Machine, wanted = ''): Promise<Wheel> {
  const page = `${index}/${name}/`;
  const response = await fetch(page, { headers: { accept: 'application/vnd.pypi.simple.v1+json' } }).catch((cause) => {
    throw new Error(`The package index does not answer: ${page} (${cause.cause?.message ?? cause.message})`, { cause });
  });
  if (!response.ok) throw new Error(`The package index has no ${name}: ${page} answers ${response.status}.`);
  if (!response.headers.get('content-type')?.includes('json'))
    throw new Error(`The package index at ${index} has no JSON API (PEP 691); set TYPELAB_TF_WHEEL to a wheel's file.`);
  const { files } = (await response.json()) as { files: Listed[] };
  return pickWheel(files, { name, page, machine, wanted });
}

type Search = { name: string; page: string; machine: Machine; wanted: string };

/** Any Python's wheel does: the libraries in it are the same. */
export function pickWheel(files: Listed[], { name, page, machine, wanted }: Search): Wheel {
  const arch = machine.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const fitting: Wheel[] = [];
  const tooNew: string[] = [];
  for (const { filename, url, hashes, size = 0, yanked = false } of files) {
    const [, version, platform] = /^[^-]+-([^-]+)(?:-\d[^-]*)?-[^-]+-[^-]+-([^-]+)\.whl$/.exec(filename) ?? [];
    if (!version || !platform?.includes(arch) || !/^[\d.]+$/.test(version)) continue;
    if (yanked || !hashes.sha256 || !meets(version, wanted)) continue;
    const needs = glibcOf(platform);
    if (!needs) continue;
    if (machine.glibc && newest([needs, machine.glibc]) !== machine.glibc) {
      tooNew.push(needs);
      continue;
    }
    fitting.push({ file: filename, url: new URL(url, page).href, sha256: hashes.sha256, bytes: size, version });
  }
  const best = newest(fitting.map(({ version }) => version));
  const wheel = fitting.findLast(({ version }) => version === best);
  if (wheel) return wheel;
  const why = tooNew.length > 0 ? `its wheels need glibc ${newest(tooNew)}, this machine has ${machine.glibc}` : 'none';
  throw new Error(`No wheel of ${name}${wanted && ` (${wanted})`} fits Linux on ${arch}: ${why}.`);
}

/** `manylinux_2_17_x86_64.manylinux2014_x86_64` → 2.17, the oldest that will do. */
function glibcOf(platform: string): string | undefined {
  const old: Record<string, string> = { '1': '2.5', '2010': '2.12', '2014': '2.17' };
  const all = [...platform.matchAll(/manylinux(?:_(\d+)_(\d+)|(\d+))_/g)].map(([, major, minor, year]) =>
    year ? old[year] : `${major}.${minor}`,
  );
  return all
    .filter((one) => one !== undefined)
    .reduce<string | undefined>((a, b) => (a && newest([a, b]) === b ? a : b), undefined);
}
