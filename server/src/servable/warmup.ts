import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../log.ts';

/** Replays the records that lie beside a model before it becomes available. */
export function warmUp(path: string, log: Log): void {
  const file = join(path, 'assets.extra', 'tf_serving_warmup_requests');
  if (!existsSync(file)) log('I', 'no warmup', `No warmup data file found at ${file}`);
  else log('W', 'typelab', `Warm-up records are not replayed yet: ${file}`);
}
