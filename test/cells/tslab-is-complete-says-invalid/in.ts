// %% is-complete
const a = ;
// %% is-complete
const a = 1
// %% is-complete
function f() {
// %% is-complete
if (true) {
  const b = [
// %% is-complete
'unterminated
// %% is-complete
`open
// %% is-complete
f(1,
// %% is-complete
@decorator
// %% is-complete
/* open
// %% is-complete
)
// %% is-complete
