// %%
/**
 * Adds one.
 * @param n to what
 * @example
 * add(1) // 2
 * @example
 * ```ts
 * add(2)
 * ```
 */
function add(n: number) { return n + 1 }
// %% inspect
ad│d
