import { StatusError } from '../codec/errors.ts';
import type { ModelConfig } from '../config/model-config.ts';
import type { AspiredVersion } from './source.ts';

type ByModel = Map<string, ReadonlyMap<string, bigint>>;

/** Which version a label stands for. A label may name a version that answers, and some that do not. */
export class Labels {
  #labels: ByModel = new Map();
  #answers: (name: string, version: bigint) => boolean;
  #allowUnavailable: boolean;

  constructor(answers: (name: string, version: bigint) => boolean, allowUnavailable: boolean) {
    this.#answers = answers;
    this.#allowUnavailable = allowUnavailable;
  }

  of(name: string): ReadonlyMap<string, bigint> {
    return this.#labels.get(name) ?? new Map();
  }

  /** Those whose version answers now: TF Serving looks before it changes anything, so they stay when the version goes. */
  thatAnswer(models: readonly ModelConfig[]): Set<string> {
    return new Set(
      models.flatMap(({ name, labels }) =>
        [...labels]
          .filter(([, version]) => this.#answers(name, version))
          .map(([label, version]) => textOf(name, label, version)),
      ),
    );
  }

  /** A label that no version will ever carry is refused before anything changes, as in TF Serving. */
  refuse(models: readonly ModelConfig[], already: ReadonlySet<string>, coming: Map<string, AspiredVersion[]>): void {
    for (const { name, labels } of models) {
      const versions = coming.get(name) ?? [];
      for (const [label, version] of labels) {
        if (!versions.some((one) => one.version === version)) this.#check(name, label, version, already);
      }
    }
  }

  /** The labels of a configuration whose versions have settled; `take` makes them those that requests use. */
  checked(
    models: readonly ModelConfig[],
    already: ReadonlySet<string>,
  ): { text: string; take: () => void } | undefined {
    const labels: ByModel = new Map();
    for (const { name, labels: wanted } of models) {
      for (const [label, version] of wanted) this.#check(name, label, version, already);
      labels.set(name, wanted);
    }
    const text = textOfAll(labels);
    return text === textOfAll(this.#labels) ? undefined : { text, take: () => (this.#labels = labels) };
  }

  #check(name: string, label: string, version: bigint, already: ReadonlySet<string>): void {
    if (this.#answers(name, version) || already.has(textOf(name, label, version))) return;
    const before = this.#labels.get(name)?.get(label);
    if (this.#allowUnavailable && (before === undefined || before === version)) return;
    throw new StatusError(
      'FAILED_PRECONDITION',
      `Request to assign label to version ${version} of model ${name}, which is not currently available for inference`,
    );
  }
}

function textOfAll(labels: ByModel): string {
  return [...labels]
    .flatMap(([name, versions]) => [...versions].map(([label, version]) => textOf(name, label, version)))
    .sort()
    .join(' ');
}

const textOf = (name: string, label: string, version: bigint): string => `${name}/${label}=${version}`;
