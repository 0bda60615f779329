/**
 * Waits until a server has the model available.
 *
 * @param url of the model, e.g. `http://localhost:8501/v1/models/digits_model`
 * @param options.timeout seconds; 60 when absent
 * @throws when the time is over, with what was seen last, or at once when the model cannot be loaded
 * @example
 * await waitForModel('http://localhost:8501/v1/models/digits_model', { timeout: 30 });
 */
export async function waitForModel(url: string, options: { timeout?: number } = {}): Promise<void> {
  const { timeout = 60 } = options;
  const deadline = Date.now() + timeout * 1000;
  for (;;) {
    const state = await modelState(url);
    if (state.available) return;
    if (state.failed) throw new Error(`waitForModel: ${url}: the model cannot be loaded: ${state.failed}`);
    if (Date.now() >= deadline)
      throw new Error(`waitForModel: ${url} is not available after ${timeout} s: ${state.seen}`);
    await new Promise((done) => setTimeout(done, Math.min(100, Math.max(1, deadline - Date.now()))));
  }
}

export type ModelState = {
  available: boolean;
  /** The server's reason when every version has ended with an error. */
  failed?: string;
  /** In words, for a message. */
  seen: string;
};

/** One look at the status URL. A server that does not answer yet is a state, not an error. */
export async function modelState(url: string): Promise<ModelState> {
  let text: string;
  let status: number;
  try {
    const answer = await fetch(statusUrl(url), { signal: AbortSignal.timeout(5000) });
    status = answer.status;
    text = await answer.text();
  } catch (error) {
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    if (error instanceof TypeError && !cause)
      throw new Error(`${JSON.stringify(url)} is no URL of a model: ${error.message}`);
    return {
      available: false,
      seen: cause?.code === 'ECONNREFUSED' ? 'nothing listens there' : String(cause?.message ?? error),
    };
  }
  const versions = parseVersions(text);
  if (versions.length === 0) return { available: false, seen: `the answer was ${status} ${text.trim().slice(0, 200)}` };
  const failures = versions
    .filter((v) => v.state === 'END' && v.status?.error_message)
    .map((v) => `version ${v.version}: ${v.status?.error_message}`);
  const seen = versions.map((v) => `version ${v.version} is ${v.state}`).join(', ');
  if (failures.length === versions.length) return { available: false, failed: failures.join('; '), seen };
  return { available: versions.some((v) => v.state === 'AVAILABLE'), seen };
}

type Version = { version: string; state: string; status?: { error_message?: string } };

function statusUrl(url: string): string {
  return url.replace(/\/+$/, '').replace(/:(predict|classify|regress)$/, '');
}

function parseVersions(text: string): Version[] {
  try {
    return (JSON.parse(text) as { model_version_status?: Version[] }).model_version_status ?? [];
  } catch {
    return [];
  }
}
