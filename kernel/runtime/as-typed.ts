/**
 * V8 writes the expression that it could not call, construct or iterate as it stands in the compiled cell:
 * `(0 , $.scope.f$2.value) is not a function` for what the user typed as `f`.
 */
export function asTyped(message: string): string {
  if (!message.includes('.scope')) return message;
  return message
    .replace(/\(0 ?, (\$\d*\.scope[^()]*)\)/g, '$1')
    .replace(/\$\d*\.scope\.[^\s"'()]+@\d+\.value\.?/g, '')
    .replace(/\$\d*\.scope\.([\p{ID_Start}$_][\p{ID_Continue}$]*?)(?:\$\d+)?\.value\b/gu, '$1');
}
