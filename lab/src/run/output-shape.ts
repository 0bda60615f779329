/** What keeps a value from being an output of nbformat 4, as far as anything is done with it; undefined where nothing does. */
export function problemOf(output: unknown): string | undefined {
  if (!isObject(output)) return `is ${JSON.stringify(output)}`;
  const { output_type: kind, name, text, data, metadata = {}, ename, evalue, traceback } = output;
  switch (kind) {
    case 'stream':
      return typeof name === 'string' && isText(text) ? undefined : 'has no text';
    case 'display_data':
    case 'execute_result': {
      if (!isObject(data) || !isObject(metadata)) return 'has no data by MIME type';
      const wrong = Object.keys(data).find(
        (type) => /^(text|image|audio|video)\/(?!.*json$)/.test(type) && !isText(data[type]),
      );
      return wrong === undefined ? undefined : `has no text as its ${wrong}`;
    }
    case 'error':
      return typeof ename === 'string' && typeof evalue === 'string' && Array.isArray(traceback) && isText(traceback)
        ? undefined
        : 'has no ename, evalue and traceback';
    default:
      return `has output_type ${JSON.stringify(kind)}`;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.every((one) => typeof one === 'string'));
}
