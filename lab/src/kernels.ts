import { installKernelspec, ownNames, type Place, uninstallKernelspec } from '../../kernel/kernelspec.ts';

export type PlaceOptions = {
  user?: boolean;
  sysPrefix?: boolean;
  prefix?: string;
  name?: string;
  javascript?: boolean;
};

/** `typelab install` */
export async function install(options: PlaceOptions): Promise<void> {
  const place = placeOf(options);
  console.log(`Installed the kernel "${place.name}" in ${await installKernelspec(place)}`);
}

/** `typelab uninstall` */
export async function uninstall(options: PlaceOptions): Promise<void> {
  const place = placeOf(options);
  const folder = await uninstallKernelspec(place);
  if (folder === undefined)
    throw new Error(`no kernel "${place.name}" is installed there; jupyter kernelspec list shows where kernels are`);
  console.log(`Removed the kernel "${place.name}" from ${folder}`);
}

function placeOf({ javascript, ...place }: PlaceOptions): Place & { name: string } {
  const language = javascript ? 'javascript' : 'typescript';
  return { name: ownNames[language], ...place, language };
}
