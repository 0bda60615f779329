import { installKernelspec, uninstallKernelspec } from '../../kernel/kernelspec.ts';

export type PlaceOptions = { user?: boolean; sysPrefix?: boolean; prefix?: string; name: string };

/** `typelab install` */
export async function install(options: PlaceOptions): Promise<void> {
  const folder = await installKernelspec(options);
  console.log(`Installed the kernel "${options.name}" in ${folder}`);
}

/** `typelab uninstall` */
export async function uninstall(options: PlaceOptions): Promise<void> {
  const folder = await uninstallKernelspec(options);
  if (folder === undefined)
    throw new Error(`no kernel "${options.name}" is installed there; jupyter kernelspec list shows where kernels are`);
  console.log(`Removed the kernel "${options.name}" from ${folder}`);
}
