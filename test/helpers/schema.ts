import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Message } from '../../kernel/wire/protocol.ts';
import { root } from './root.ts';

type Schema = { $defs: { content: Record<string, object> } };

let compiled: ((message: Message) => string | undefined) | undefined;

/** What the schema of protocol 5.5 has against a message, or undefined. */
export function schemaError(message: Message): string | undefined {
  compiled ??= compile();
  return compiled(message);
}

function compile(): (message: Message) => string | undefined {
  const path = join(root, 'test/conformance/spec/messages.schema.json');
  const schema: Schema = JSON.parse(readFileSync(path, 'utf8'));
  // oneOf over objects with different status is what the specification says; strict mode wants types repeated.
  const ajv = new Ajv2020({ strict: false });
  const whole = ajv.compile(schema);
  const contents = new Map<string, ValidateFunction>();
  return ({ header, parent: parent_header, metadata, content, buffers }) => {
    const type = header.msg_type;
    const found = schema.$defs.content[type];
    if (!found) return `the specification has no ${type}`;
    if (!contents.has(type)) contents.set(type, ajv.compile({ $defs: schema.$defs, ...found }));
    const checks: [ValidateFunction, unknown][] = [
      [whole, { header, parent_header, metadata, content, buffers }],
      [contents.get(type)!, content],
    ];
    for (const [validate, value] of checks)
      if (!validate(value)) return `${type}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(content)}`;
    return undefined;
  };
}
