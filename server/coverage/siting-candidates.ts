import type { ResidentsGrid } from '../../geo/residents.ts';
import type { SiteInput } from '../contract/siting.ts';
import type { SourceRecord } from '../contract/source.ts';

/** A place where a site may go. */
export type Candidate = { id: string; name: string | null; lon: number; lat: number; ward: string };

/**
 * The cells of the grid that count when choosing, each once; `isIn` says whether a ward is asked about. A cell of which
 * only a guess says that people live there is no better a place than the guess.
 */
export function cellCandidates(
  grid: ResidentsGrid,
  ranked: Uint8Array,
  isIn: (ward: string) => boolean,
): Candidate[] {
  const seen = new Set<string>();
  const candidates: Candidate[] = [];
  for (const { code, first, end } of grid.wards) {
    if (!isIn(code)) continue;
    for (let cell = first; cell < end; cell++) {
      const id = grid.h3[cell] as string;
      if (ranked[cell] !== 1 || seen.has(id)) continue;
      seen.add(id);
      candidates.push({
        id,
        name: null,
        lon: grid.lon[cell] as number,
        lat: grid.lat[cell] as number,
        ward: code,
      });
    }
  }
  return candidates;
}

/** Points as they were handed in; those without an id are numbered. */
export function pointCandidates(
  points: readonly SiteInput[],
  locate: (lon: number, lat: number) => string | undefined,
  prefix: string,
): Candidate[] {
  return points.map(({ id, lon, lat }, k) => ({
    id: id ?? `${prefix}-${k + 1}`,
    name: null,
    lon,
    lat,
    ward: locate(lon, lat) ?? '',
  }));
}

/** Registered places of some kinds that have a point and that no event was ever received from. */
export function placeCandidates(
  sources: readonly SourceRecord[],
  kinds: readonly string[],
  heard: ReadonlySet<string>,
): Candidate[] {
  return sources.flatMap(({ source_id, name, kind, lon, lat, ward }) =>
    lon === null || lat === null || !kinds.includes(kind) || heard.has(source_id)
      ? []
      : [{ id: source_id, name, lon, lat, ward: ward ?? '' }],
  );
}
