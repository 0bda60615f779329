/**
 * start.sh, which kernel.json names instead of Node. Version managers keep each Node, and what `npm install -g` put there, in
 * a folder named for the version: after an upgrade a path in kernel.json leads nowhere, and Jupyter says only
 * "No such file or directory". The script finds what came instead, or says what to run.
 */

/** @param node that of the installation @param program launch.cjs */
export function startScript(node: string, flags: string[], program: string): string {
  return `#!/bin/sh
# Written by \`typelab install\`: starts the kernel, also when the Node that it was installed with was replaced.
for program in ${candidates(program)}; do [ -f "$program" ] && break; done
if [ ! -f "$program" ]; then
  echo "The typelab kernel is no longer at "${quoted(program)}", where it was when it was installed. Where typelab is now, run: typelab install" >&2
  exit 1
fi
# With pipes for what native code writes.
start() {
  pipes="\${program%/*}/launch.sh"
  [ -f "$pipes" ] && exec /bin/sh "$pipes" "$@"
  exec "$@"
}
node=${quoted(node)}
[ -x "$node" ] && start "$node" ${flags.join(' ')} "$program" "$@"
for other in "$(command -v node)" ${candidates(node)}; do
  if [ -x "$other" ] && "$other" "$program" --fits >/dev/null 2>&1; then
    start "$other" ${flags.join(' ')} "$program" "$@"
  fi
done
echo "The Node that the typelab kernel was installed with is gone ("${quoted(node)}"), and none was found in its place. Install Node 24 or 26, and run: typelab install" >&2
exit 1
`;
}

/** The path, and that of every other version beside it: \`…/node/v24.15.0/bin/node\` → \`…/node/*\/bin/node\`. */
function candidates(path: string): string {
  const parts = path.split(/(?<=\/)v?\d+\.\d+\.\d+(?=\/)/);
  const others = parts.map((part) => (part ? quoted(part) : '')).join('*');
  return parts.length > 1 ? `${quoted(path)} ${others}` : quoted(path);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
