/** A request's target: its path, and what TF Serving matches, which is the path with query and fragment. */
export type Uri = { path: string; whole: string };

/**
 * Read as libevent reads it, by RFC 3986: undefined, a bad request, for a percent sign without its two digits and for characters that
 * must be encoded. Nothing is decoded: that is for the names inside. A proxy's client sends `http://host/path`.
 */
export function readUri(url: string): Uri | undefined {
  const match = URI.exec(url);
  if (!match) return undefined;
  const path = match[1] || '/';
  return { path, whole: path + (match[2] ?? '') };
}

const CHARACTERS = "[\\w.~!$&'()*+,;=:@/-]";
const PERCENT = '%[0-9a-f]{2}';
const PATH = `${CHARACTERS}*(?:${PERCENT}${CHARACTERS}*)*`;
const REST = PATH.replaceAll('/-]', '/?-]');
const URI = new RegExp(`^(?:https?://[^/?#]*)?(${PATH})((?:\\?${REST})?(?:#${REST})?)$`, 'i');
