import type { Metrics, SignatureLabels, Stage } from '../metrics.ts';

/** What one request was and where its time went; kept only while metrics are on. */
export class Trace {
  model = '';
  /** The verb as the URL has it; empty for GET, as in TF Serving. */
  api = '';
  signature: SignatureLabels | undefined;
  #started = performance.now();
  #mark = this.#started;
  #stages: [Stage, number][] = [];

  /** The stage that ends now. */
  end(stage: Stage): void {
    const now = performance.now();
    this.#stages.push([stage, (now - this.#mark) * 1000]);
    this.#mark = now;
  }

  finish(metrics: Metrics, status: string): void {
    metrics.request(this.model, status);
    if (this.signature) metrics.signatureRequest(this.signature, status);
    if (status !== 'OK') return;
    metrics.requestLatency(this.model, this.api, 'REST', (performance.now() - this.#started) * 1000);
    for (const [stage, micros] of this.#stages) {
      if (stage === 'run') metrics.runtimeLatency(this.model, API[this.api] ?? this.api, micros);
      if (this.signature) metrics.stage(this.signature, stage, micros);
    }
  }
}

/** The runtime names a call by its method, also one that came by a URL's verb. */
const API: Record<string, string> = { predict: 'Predict', classify: 'Classify', regress: 'Regress' };
