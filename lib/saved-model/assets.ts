import { decode } from './decode.ts';
import { AssetFileDef, type MetaGraphDef } from './schema.ts';

/** The model's files and the tensors that are given their paths. TensorFlow 1 wrote them into a collection. */
export function assetsOf(meta: MetaGraphDef): AssetFileDef[] {
  if (meta.asset_file_def.length > 0) return meta.asset_file_def;
  const packed = meta.collection_def.get('saved_model_assets')?.any_list?.value ?? [];
  return packed.map(({ value }) => decode(AssetFileDef, value));
}
