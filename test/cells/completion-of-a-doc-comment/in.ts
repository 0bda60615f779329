// %% complete
/**│
function area(width: number, height = 1, ...more: number[]): number { return width * height }
// %% complete
class Shape {
  /** │ */
  scale({ by }: { by: number }): void {}
}
// %% complete
/**│
const half = async (n: number) => n / 2;
// %% complete
/**│
const plain = 5;
