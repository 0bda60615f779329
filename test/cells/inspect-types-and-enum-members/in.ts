// %%
/** What it costs. */
interface Price { amount: number }
type Maybe = { price: Price } | null;
enum Size { Small, Large = 5, Name = 'n' }
// %% inspect
Pri│ce
// %% inspect
May│be
// %% inspect
Size.Lar│ge
// %% inspect
Size.Na│me
// %% inspect
Si│ze
// %% source
Pri│ce
