import type { CellEvent } from './run.ts';

/** Characters from which a text is worth it. */
const LONG = 1 << 16;

/**
 * Long texts of what is shown, as JSON: bytes move to the other thread where a string would be copied, and the thread that
 * answers the front end is not busy with escaping megabytes. Not the plain text, which the session reads.
 */
export function withoutLongTexts(event: CellEvent): {
  event: CellEvent;
  long?: Record<string, Uint8Array<ArrayBuffer>>;
} {
  if (!('data' in event)) return { event };
  const isLong = ([type, value]: [string, unknown]) =>
    type !== 'text/plain' && typeof value === 'string' && value.length >= LONG;
  const entries = Object.entries(event.data);
  if (!entries.some(isLong)) return { event };
  const encoder = new TextEncoder();
  return {
    event: { ...event, data: Object.fromEntries(entries.filter((entry) => !isLong(entry))) },
    long: Object.fromEntries(
      entries.filter(isLong).map(([type, value]) => [type, encoder.encode(toJson(value as string))]),
    ),
  };
}

/** An image in base64 has nothing to escape, and looking takes half as long as escaping. */
function toJson(text: string): string {
  return /["\\\u0000-\u001f\ud800-\udfff]/.test(text) ? JSON.stringify(text) : `"${text}"`;
}
