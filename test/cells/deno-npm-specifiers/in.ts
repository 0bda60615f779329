// %%
import * as Plot from "npm:@observablehq/plot@0.6";
import { JSDOM } from "npm:jsdom";
import { basename } from "node:path";

const { document } = new JSDOM("<p>").window;
const figure = Plot.plot({ document, marks: [Plot.ruleY([0])] });
[figure.tagName, basename("/a/b.ts")]
// %%
const { lab } = await import("npm:d3-color@3");
lab("white").l
// %% complete
lab("white").bright│
// %%
class Table { [Symbol.for("Jupyter.display")]() { return { "text/plain": "two rows", "text/html": "<table></table>" } } }
new Table()
// %%
import nothing from "npm:no-such-package-here@1/sub";
