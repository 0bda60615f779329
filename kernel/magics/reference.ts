import type { Magic } from './magic.ts';

/** The documentation page of all magics, in Markdown: kernel/magics/README.md is this text, and a test compares. */
export function reference(magics: Iterable<Magic>): string {
  const all = [...magics].sort((a, b) => (a.name < b.name ? -1 : 1));
  const section = (title: string, test: (name: string) => boolean): string =>
    `## ${title}\n\n| magic | what it does |\n| --- | --- |\n${all
      .filter(({ name }) => test(name))
      .map(({ usage, help }) => `| \`${cell(usage)}\` | ${cell(help)} |`)
      .join('\n')}\n`;
  return `${introduction}\n${section('Commands', (name) => name.startsWith('!'))}
${section('Lines', (name) => /^%(?!%)/.test(name))}
${section('Cells', (name) => name.startsWith('%%'))}`;
}

const introduction = `# Magics

IPython's words in a TypeScript cell. This page is made from the registry that \`%lsmagic\`, \`%help\` and completion use:
\`npm test -- reference\` compares, and with \`UPDATE=1\` writes it.

\`!\` and \`%\` work at the start of any statement line, also in blocks and functions; \`const lines = !command\` and
\`const value = %magic\` have the result as their value. \`{expression}\` and, where there is such a variable, \`$name\` are
filled in; \`{{\`, \`}}\` and \`$$\` stand for the characters themselves. The body of a \`%%\` cell goes to its program as it is.
\`!\` before what can only be an expression (\`!(a)\`, \`!ready && go()\`) stays TypeScript. A command that fails fails its cell,
unless it ends in \`|| true\` or \`%shell errors off\` was run; \`_exit_code\` has its exit code. Lists of lines have \`.s\` (joined by
spaces), \`.n\` (by newlines), \`.p\` (paths that exist), \`.grep(pattern)\`, \`.fields(0, 2)\` and \`.sort(1)\`. \`registerMagic(name, run, help)\` of
\`typelab/kernel\` adds a magic.
`;

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
