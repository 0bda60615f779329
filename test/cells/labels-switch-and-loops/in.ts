// %%
const found: string[] = [];
outer: for (let i = 0; i < 3; i++) {
  for (let j = 0; j < 3; j++) {
    if (j === 2) continue outer;
    if (i === 2) break outer;
    found.push(`${i}${j}`);
  }
}
switch (found.length) { case 4: { const word = 'four'; found.push(word); break; } default: found.push('other'); }
let n = 3;
do { n--; } while (n > 0);
while (n < 2) n++;
for (const key in { a: 1, b: 2 }) found.push(key);
[found, n]
