/** What may stand in a message under each MIME type: JSON under those that are JSON, text or base64 under all others. */

const isJson = /^application\/(?:[^;]+\+)?json\b/;
/** Where a notebook's file and every front end want a string. */
const isText = /^(?:text|image|audio|video)\//;

/** @throws TypeError that names the type whose value cannot travel */
export function encode(data: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(data).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([type, value]) => [type, encoded(type, value)]));
}

function encoded(type: string, value: unknown): unknown {
  if (typeof value === 'string') return value;
  if (isJson.test(type)) return toJson(type, value);
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString('base64');
  if (value !== null && typeof value === 'object' && isText.test(type)) {
    // As a notebook's file has it.
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join('');
    throw new TypeError(`${type} cannot be sent: it needs a string, or bytes in a Uint8Array, not an object`);
  }
  // Front ends take what is no text for a broken message.
  return value !== null && typeof value === 'object' ? toJson(type, value) : String(value);
}

export function toJson(what: string, value: unknown): unknown {
  try {
    const text = JSON.stringify(value, plain);
    if (text === undefined) throw new TypeError(`a ${typeof value} is no JSON`);
    return JSON.parse(text);
  } catch (error) {
    throw new TypeError(`${what} cannot be sent: ${(error as Error).message}`);
  }
}

/** JSON has neither bigint nor typed arrays; what draws numbers wants numbers. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as unknown as ArrayLike<number>);
  return value;
}
