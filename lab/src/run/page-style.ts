/** The look of the page: a reading column, code as in a notebook, light or dark as the reader's system is. */
export const pageStyle = `
:root { --text: #1f2328; --soft: #59636e; --paper: #ffffff; --code: #f6f8fa; --line: #d1d9e0; --red: #cf222e; --green: #116329; --link: #0969da; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --soft: #9198a1; --paper: #0d1117; --code: #161b22; --line: #3d444d; --red: #ff7b72; --green: #3fb950; --link: #4493f8; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--text); font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
main { max-width: 56rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
a { color: var(--link); }
h1 { font-size: 2rem; line-height: 1.25; }
h2 { margin-top: 2.5rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
.markdown, .cell { margin-left: 3.5rem; }
.code { position: relative; margin: 1rem 0; }
.prompt { position: absolute; top: .75rem; left: 0; width: 3rem; text-align: right; color: var(--soft); font: 13px/1.5 ui-monospace, Menlo, Consolas, "Liberation Mono", monospace; }
pre { margin: 0; overflow-x: auto; font: 13.5px/1.5 ui-monospace, Menlo, Consolas, "Liberation Mono", monospace; white-space: pre; }
.source { padding: .75rem 1rem; background: var(--code); border: 1px solid var(--line); border-radius: 6px; }
:not(pre) > code { padding: .15em .35em; background: var(--code); border-radius: 4px; font: .875em ui-monospace, Menlo, Consolas, "Liberation Mono", monospace; }
/* As in JupyterLab: a log's long lines are read without a scroll bar, and printed whole. */
.outputs > pre { white-space: pre-wrap; overflow-wrap: anywhere; }
@media print { pre { white-space: pre-wrap; overflow-wrap: anywhere; } }
.outputs { padding: .6rem 1rem 0; }
.outputs > * + * { margin-top: .5rem; }
.stderr { padding: .4rem .6rem; border-left: 3px solid var(--red); }
.error { padding: .4rem .6rem; border-left: 3px solid var(--red); }
.display { overflow-x: auto; }
/* What a cell shows stays in its place, also where it is "position: fixed". */
.display, .markdown { transform: translate(0); clip-path: inset(-2px); }
.mark { padding: .4rem .8rem; border-left: 4px solid var(--soft); background: var(--code); border-radius: 4px; }
.mark.all { border-color: var(--green); }
.mark.some { border-color: #bf8700; }
.mark.none { border-color: var(--red); }
.display img, .display svg { max-width: 100%; height: auto; }
.ansi-bold { font-weight: 600; }
.ansi-red-fg, .ansi-bright-red-fg { color: var(--red); }
.ansi-green-fg, .ansi-bright-green-fg { color: var(--green); }
.ansi-cyan-fg, .ansi-blue-fg, .ansi-bright-blue-fg, .ansi-bright-cyan-fg { color: var(--link); }
.ansi-yellow-fg, .ansi-bright-yellow-fg { color: #9a6700; }
.ansi-bright-black-fg { color: var(--soft); }
@media (max-width: 40rem) { .markdown, .cell { margin-left: 0; } .prompt { position: static; text-align: left; } }
`;
