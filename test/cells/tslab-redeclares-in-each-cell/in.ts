// %%
import * as tslab from "tslab";

const drawable = { draw: async () => new Blob([new Uint8Array([137, 80, 78, 71])]) };
const image = await drawable.draw();
const arrayBuffer = await image.arrayBuffer();

await tslab.display.png(new Uint8Array(arrayBuffer));
// %%
import * as tslab from "tslab";

const drawable = { draw: async () => new Blob(['<svg/>']) };
const image = await drawable.draw();
const arrayBuffer = await image.text();
tslab.display.svg(arrayBuffer);
const d = tslab.newDisplay();
d.html('<b>1</b>'); d.html('<b>2</b>');
// %%
Object.keys(tslab.versions)
