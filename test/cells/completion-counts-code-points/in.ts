// %%
const 花 = ['x'];
// %% complete
"😀😀"; 花.pus│
// %% complete
const s = '👩‍🚀'; 花.le│ng
// %% inspect
'😀'; 花.pu│sh
