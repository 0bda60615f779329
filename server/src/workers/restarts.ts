/** A worker that lives so long (milliseconds) was started well. */
const WELL = 1000;
const FIRST = 250;
const LONGEST = 10_000;

/**
 * How long to wait before a dead worker is started anew: not at all, unless several in a row have died young. Such a row means that
 * starting does not help (a broken disk, no memory), and without a pause it would take the machine from the workers that live.
 */
export function restartPauses(): (lived: number) => number {
  let young = 0;
  return (lived) => {
    young = lived < WELL ? young + 1 : 0;
    return young < 2 ? 0 : Math.min(FIRST * 2 ** (young - 2), LONGEST);
  };
}
