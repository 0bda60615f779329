// %%
enum Level { Low, High }
const kept: Level = Level.High;
// %%
enum Level { Low = 'low', Middle = 'middle' }
[Level.Middle, kept]
// %%
Level.High
