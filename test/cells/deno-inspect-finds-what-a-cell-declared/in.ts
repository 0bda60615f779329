// %%
interface Row { id: number }
const rows: Row[] = [];
// %% inspect
rows│
// %% inspect
rows.push│
