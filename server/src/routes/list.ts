import { protoJson } from '../codec/proto-json.ts';
import type { ServerCore } from '../servable/server-core.ts';
import type { HealthAnswer } from './health.ts';
import { modelStatus, statusJson } from './status.ts';

/** GET /v1/models: ours. TF Serving answers 400 (`Missing model name in request.`), so no client of it relies on this. */
export function listModels(core: ServerCore, path: string): HealthAnswer | undefined {
  if (!/^\/v1\/models$/i.test(path)) return undefined;
  const models = core.models.map(({ name }) => {
    const seen = core.manager.board.versions(name).length > 0;
    const labels = new Map([...core.labelsOf(name)].map(([label, version]) => [label, String(version)]));
    return {
      name,
      model_version_status: seen ? modelStatus(core, { name }).map(statusJson) : [],
      ...(labels.size > 0 && { version_labels: labels }),
    };
  });
  return { status: 200, body: protoJson({ models }) };
}
