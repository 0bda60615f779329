// %%
const enum Weekday { Mon = 1, Tue, Wed = 10 }
Weekday.Tue
// %%
const day: Weekday = Weekday.Wed;
[day, Weekday.Mon]
