// %%
interface A { x: number }

enum E {
  one,
  two,
}
type Long = {
  a: string;
};
abstract class B { abstract f(): void }

const n: number = 1 as unknown as number;
throw new RangeError(`line thirteen ${n}`);
