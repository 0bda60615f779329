// %%
function over(a: string): string;
function over(a: number, b: boolean): number;
function over(a: any, b?: any): any { return a }
// %% inspect
ov│er
// %% inspect
over(│
// %% inspect
setTime│out
// %% inspect
JSON.stringi│fy
// %%
over(true)
