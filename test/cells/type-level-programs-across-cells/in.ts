// %%
type Paths<T, P extends string = ''> = { [K in keyof T & string]: T[K] extends object ? Paths<T[K], `${P}${K}.`> : `${P}${K}` }[keyof T & string];
type Getters<T> = { [K in keyof T as `get${Capitalize<K & string>}`]: () => T[K] };
type Unwrap<T> = T extends Promise<infer U> ? Unwrap<U> : T;
type Head<T extends unknown[]> = T extends [infer H, ...unknown[]] ? H : never;
// %%
const path: Paths<{ a: { b: number; c: { d: string } } }> = 'a.c.d';
const getters: Getters<{ name: string }> = { getName: () => 'Ada' };
const unwrapped: Unwrap<Promise<Promise<number>>> = 5;
const head: Head<[1, 2]> = 1;
[path, getters.getName(), unwrapped, head]
// %%
const wrong: Paths<{ a: { b: number } }> = 'a.x';
