// %%
const foo = (a: number) => a;
// %% inspect
%time fo│o(1)
// %% inspect
%time foo│
// %% inspect
%%time
fo│o(2)
// %% complete
%time foo.le│
// %% inspect
%pw│d
// %% inspect
const where = %pwd│
// %% inspect
%%ba│sh
echo hi
// %% inspect
%nosuch│
// %%
%time?
// %%
%%bash?
