// %%
console.log(early());
function early() { return 'hoisted ' + late(); }
function late() { return 'too'; }
// %%
early()
