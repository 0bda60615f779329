// %%
const π = 3.14, größe = 2, 変数 = '変', $dollar = 1, _under = 2;
// %%
[π * größe, 変数, '😀👩‍🚀'.length, [...'😀a'].length, $dollar + _under]
