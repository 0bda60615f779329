import type { Server, ServerDuplexStream } from '@grpc/grpc-js';
import type { Described } from './descriptors.ts';

const PATHS = ['v1', 'v1alpha'].map((version) => `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`);

/**
 * Server reflection (v1 and v1alpha), so that grpcurl and its like need no .proto files. The first call reads them: a server that
 * nobody asks starts a sixth of a second sooner.
 */
export function addReflection(server: Server, withHealth: boolean): void {
  let described: ReturnType<typeof describe> | undefined;
  for (const path of PATHS) {
    const asIs = (bytes: Buffer): Buffer => bytes;
    const method = { path, requestStream: true, responseStream: true } as const;
    const bytes = {
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    };
    server.addService(
      { ServerReflectionInfo: { ...method, ...bytes } },
      {
        ServerReflectionInfo: (call: ServerDuplexStream<Buffer, Buffer>) => {
          described ??= describe(withHealth);
          const handle = (found: Described | undefined) => found?.handle(typed(call, found.method) as never);
          described.then((all) => handle(all.get(path))).catch((error) => call.destroy(error));
        },
      },
    );
  }
}

async function describe(withHealth: boolean) {
  const { describeServices } = await import('./descriptors.ts');
  return describeServices(withHealth);
}

/** The call as the library's handler expects it, with messages in place of bytes. */
function typed(call: ServerDuplexStream<Buffer, Buffer>, method: Described['method']) {
  return {
    on(event: string, listen: (given: unknown) => void) {
      call.on(event, event === 'data' ? (bytes: Buffer) => listen(method.requestDeserialize(bytes)) : listen);
    },
    write: (reply: unknown) => call.write(method.responseSerialize(reply)),
    end: () => call.end(),
  };
}
