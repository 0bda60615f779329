import type { ServerCore } from '../servable/server-core.ts';

export type HealthAnswer = { status: number; body: string };

/** /v1/health/live and /v1/health/ready: ours, under paths that are malformed requests in TF Serving. */
export function health(core: ServerCore, path: string): HealthAnswer | undefined {
  if (path === '/v1/health/live') return { status: 200, body: '{"live": true}\n' };
  if (path !== '/v1/health/ready') return undefined;
  const models = Object.fromEntries(core.models.map(({ name }) => [name, core.isReady(name)]));
  const ready = Object.values(models).length > 0 && Object.values(models).every(Boolean);
  return { status: ready ? 200 : 503, body: `${JSON.stringify({ ready, models })}\n` };
}
