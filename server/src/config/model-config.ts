import { StatusError } from '../codec/errors.ts';

export type VersionPolicy =
  | { kind: 'latest'; count: number }
  | { kind: 'all' }
  | { kind: 'specific'; versions: bigint[] };

/** One entry of a ModelServerConfig's list. */
export type ModelConfig = {
  name: string;
  basePath: string;
  /** "tensorflow" is the only one. */
  platform: string;
  /** The deprecated enum: 1 is TENSORFLOW. */
  modelType: number;
  policy: VersionPolicy;
  labels: Map<string, bigint>;
};

export const LATEST: VersionPolicy = { kind: 'latest', count: 1 };

/** Throws what TF Serving answers to a wrong list, at start and at reload. */
export function validateModels(models: readonly ModelConfig[], old: readonly ModelConfig[] = []): void {
  const names = new Set<string>();
  for (const { name } of models) {
    if (names.has(name)) throw invalid(`Illegal to list model ${name} multiple times in config list`);
    names.add(name);
  }
  for (const { name, basePath } of models) {
    if (!basePath.startsWith('/')) {
      throw invalid(`Expected model ${name} to have an absolute path or URI; got base_path()=${basePath}`);
    }
  }
  for (const model of models) {
    const platform = platformOf(model);
    const before = old.find(({ name }) => name === model.name);
    if (before && platformOf(before) !== platform) {
      throw invalid(
        `Illegal to change a model's platform. For model ${model.name} platform was ${platformOf(before)} and new platform requested is ${platform}`,
      );
    }
    if (platform !== 'tensorflow') throw invalid(`Model ${model.name} requests unsupported platform ${platform}`);
  }
}

function platformOf({ name, platform, modelType }: ModelConfig): string {
  if (modelType !== 0) {
    if (platform !== '') {
      throw invalid(
        `Illegal setting both ModelServerConfig::model_type (deprecated) and ModelServerConfig::model_platform, model name is ${name}`,
      );
    }
    if (modelType !== 1) throw invalid(`ModelServerConfig::model_type choice ${modelType} not supported.`);
    return 'tensorflow';
  }
  if (platform === '') {
    throw invalid(
      `Illegal setting neither ModelServerConfig::model_type (deprecated) nor ModelServerConfig::model_platform, model name is ${name}`,
    );
  }
  return platform;
}

const invalid = (text: string): StatusError => new StatusError('INVALID_ARGUMENT', text);
