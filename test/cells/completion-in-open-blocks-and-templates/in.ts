// %%
const words = ['a'];
enum Color { Red, Green = 5 }
// %% complete
if (words) { words.pus│
// %% complete
function f() {
  return `${words.joi│
}
// %% complete
switch (Color.Red as Color) { case Color.│
// %% complete
Color.│
// %% complete
words?.le│
// %% complete
words.map((word) => word.toUpp│
