import { join } from 'node:path';
import type { handleBidiStreamingCall, MethodDefinition, Server, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { protoPath as health } from 'grpc-health-check';
import descriptors, { type IDescriptorProto, type IFileDescriptorProto } from 'protobufjs/ext/descriptor/index.js';

const { FileDescriptorProto } = descriptors;

const protos = join(import.meta.dirname, '..', '..', 'proto');

/** A method of the reflection service, by its path. */
export type Described = {
  method: MethodDefinition<unknown, unknown>;
  handle: handleBidiStreamingCall<unknown, unknown>;
};

/** What reflection answers of TF Serving's services, and of the health service where that is on. */
export function describeServices(withHealth: boolean): Map<string, Described> {
  const files = ['tensorflow_serving/serving.proto', ...(withHealth ? [health] : [])];
  const loaded = loadSync(files, { includeDirs: [protos], keepCase: true });
  // One list, which all definitions share.
  const list = Object.values(loaded).find((one) => 'fileDescriptorProtos' in one)?.fileDescriptorProtos as Buffer[];
  const complete = asProtoc(list.map((bytes) => FileDescriptorProto.decode(bytes) as IFileDescriptorProto));
  list.splice(0, list.length, ...complete.map((file) => Buffer.from(FileDescriptorProto.encode(file).finish())));
  const methods = new Map<string, Described>();
  const collector = {
    addService(service: ServiceDefinition, handlers: Record<string, unknown>): void {
      for (const [name, method] of Object.entries(service)) {
        const handle = handlers[method.originalName ?? name] ?? handlers[name];
        methods.set(method.path, { method, handle } as Described);
      }
    },
  };
  new ReflectionService(loaded).addToServer(collector as unknown as Server);
  return methods;
}

/**
 * protobufjs leaves out what protoc says: full type names, imports, and map entries that are called after their field. Go's clients
 * refuse files without them.
 */
function asProtoc(files: IFileDescriptorProto[]): IFileDescriptorProto[] {
  const homes = new Map<string, string>();
  const messages: { message: IDescriptorProto; scope: string; file: IFileDescriptorProto }[] = [];
  const walk = (message: IDescriptorProto, parent: string, file: IFileDescriptorProto): void => {
    const scope = `${parent}.${message.name}`;
    messages.push({ message, scope, file });
    homes.set(scope, file.name as string);
    for (const { name } of message.enumType ?? []) homes.set(`${scope}.${name}`, file.name as string);
    nameEntries(message);
    for (const nested of message.nestedType ?? []) walk(nested, scope, file);
  };
  for (const file of files) {
    for (const { name } of file.enumType ?? []) homes.set(`.${file.package}.${name}`, file.name as string);
    for (const message of file.messageType ?? []) walk(message, `.${file.package}`, file);
  }
  for (const { message, scope, file } of messages) {
    for (const field of message.field ?? []) {
      if (!field.typeName) continue;
      field.typeName = resolve(field.typeName, scope, homes);
      const home = homes.get(field.typeName) as string;
      if (home !== file.name && !file.dependency?.includes(home)) file.dependency = [...(file.dependency ?? []), home];
    }
  }
  return files;
}

/** `version_labels` → `VersionLabelsEntry`. */
function nameEntries(message: IDescriptorProto): void {
  for (const entry of message.nestedType ?? []) {
    const field = message.field?.find(({ typeName }) => entry.options?.mapEntry && typeName === entry.name);
    if (!field) continue;
    const words = (field.name as string).split('_').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
    entry.name = `${words.join('')}Entry`;
    field.typeName = entry.name;
  }
}

/** As protobuf looks a name up: in the message, then in what is around it. */
function resolve(name: string, scope: string, homes: ReadonlyMap<string, string>): string {
  for (let around = scope; ; around = around.slice(0, around.lastIndexOf('.'))) {
    if (homes.has(`${around}.${name}`)) return `${around}.${name}`;
    if (around === '') return name;
  }
}
