/** Characters on their way to the other thread. With more, it would be busy with them for seconds, and deaf to an interrupt. */
const MOST = 2 ** 22;
/** Milliseconds without any progress after which the other thread is no longer waited for. */
const LONGEST = 2000;

/**
 * Keeps this thread from printing faster than the other can send.
 *
 * @param handled its first number counts the characters that the other thread has dealt with, and wraps
 * @returns what to call with the size of each thing that was posted
 */
export function createPace(handled: Int32Array, longest = LONGEST): (size: number) => void {
  let posted = 0;
  return (size) => {
    posted = (posted + size) | 0;
    let seen = Atomics.load(handled, 0);
    while (((posted - seen) | 0) > MOST) {
      if (Atomics.wait(handled, 0, seen, longest) === 'timed-out') {
        posted = seen;
        return;
      }
      seen = Atomics.load(handled, 0);
    }
  };
}
