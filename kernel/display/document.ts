import type { Bundle } from '../runtime/run.ts';

const geometries =
  /^(FeatureCollection|Feature|Point|MultiPoint|LineString|MultiLineString|Polygon|MultiPolygon|GeometryCollection)$/;

/** JSON that names its own kind: Vega and Vega-Lite by `$schema`, GeoJSON by `type`. */
export function document(value: unknown): Bundle | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const { $schema, type, coordinates, features, geometry, geometries: list } = value as Record<string, unknown>;
  const schema =
    typeof $schema === 'string' ? /vega\.github\.io\/schema\/(vega|vega-lite)\/v(\d+)/.exec($schema) : null;
  if (schema) {
    const kind = schema[1] === 'vega' ? 'vega' : 'vegalite';
    return { data: { [`application/vnd.${kind}.v${schema[2]}+json`]: value }, metadata: {} };
  }
  if (typeof type === 'string' && geometries.test(type) && (coordinates ?? features ?? geometry ?? list))
    return { data: { 'application/geo+json': value }, metadata: {} };
  return undefined;
}
