// %%
enum Unit { m, km }
namespace Unit { export function parse(text: string) { return Unit[text as 'm' | 'km']; } }
// %%
[Unit.parse('km'), Unit.m]
