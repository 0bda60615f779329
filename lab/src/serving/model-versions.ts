/** What a model server says about one model, over REST. */
export type ModelVersion = { version: string; state: string; error: string; labels: string[] };

/** Highest version first. Labels are only known from our own server. @throws where there is no server or no such model */
export async function modelVersions(url: string, name: string): Promise<ModelVersion[]> {
  const status = await get(`${url}/v1/models/${encodeURIComponent(name)}`);
  const list = (await get(`${url}/v1/models`).catch(() => ({}))) as { models?: Listed[] };
  const labels = Object.entries(list.models?.find((model) => model.name === name)?.version_labels ?? {});
  return (status as { model_version_status: Status[] }).model_version_status.map(({ version, state, status }) => ({
    version,
    state,
    error: status.error_message === '' ? '' : `${status.error_code}: ${status.error_message}`,
    labels: labels.filter(([, labelled]) => labelled === version).map(([label]) => label),
  }));
}

type Status = { version: string; state: string; status: { error_code: string; error_message: string } };
type Listed = { name: string; version_labels?: Record<string, string> };

async function get(url: string): Promise<unknown> {
  const answer = await fetch(url).catch((error: Error) => {
    const cause = (error.cause as Error | undefined)?.message ?? error.message;
    throw new Error(`no model server answers at ${url}: ${cause}; give its REST address with --url`);
  });
  const body = (await answer.json()) as { error?: string };
  if (!answer.ok) throw new Error(`${url}: ${body.error ?? answer.status}`);
  return body;
}
