/** Modules of the kernel that cells load by address. In the bundles of prepare.ts this file is another. */
export const entries = {
  tslab: new URL('./runtime/tslab.ts', import.meta.url).href,
  api: new URL('./api.ts', import.meta.url).href,
};
