// %% is-complete
const a: Array<
// %% is-complete
const m: Map<string,
// %% is-complete
const t = `${a
// %% is-complete
const t = `open
// %% is-complete
@decorate({
// %% is-complete
@decorate
// %% is-complete
class A {
  @inner
// %% is-complete
class A {
  @inner()
  field = [
// %% is-complete
f(1, {
  a: [
// %% is-complete
const ok = a < b
// %% is-complete
const bad = ;
// %% is-complete
const f = <T,>(a: T) =>
// %% is-complete
const g = async <T>(a: T): Promise<T> =>
