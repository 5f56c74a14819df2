import type { SourceRecord } from '../../../../server/contract/source.ts';

/** A registered source that stands somewhere. */
export type Place = SourceRecord & { lon: number; lat: number };

/** Sources with a point that do not move. */
export function standing(sources: readonly SourceRecord[]): Place[] {
  return sources.filter(
    (one): one is Place => one.lon !== null && one.lat !== null && one.kind !== 'vehicle',
  );
}
