import { createHash } from 'node:crypto';
import { crosswalkRows } from '../../geo/crosswalk.ts';
import type { Boundary } from '../contract/area.ts';
import { DIVISIONS, type DivisionId } from '../contract/event.ts';
import { density, type Geography } from '../geography.ts';
import type { Store } from '../store/client.ts';
import { readState, writeState } from '../store/state.ts';

const AREA_COLUMNS = [
  'version',
  'level',
  'division',
  'code',
  'name',
  'name_en',
  'parent',
  'population',
  'area_km2',
  'density_per_km2',
  'lon',
  'lat',
  'boundary',
] as const;
const CROSSWALK_COLUMNS = [
  'version',
  'old_ward',
  'old_name',
  'old_district',
  'new_ward',
  'new_name',
  'divided',
] as const;

/** Writes wards, districts and the crosswalk as they are in force to where SQL reads them, where they are not there yet. */
export async function publishAreas(store: Store, geography: Geography): Promise<void> {
  const old =
    (await readState(store, 'boundaries_version pre-2025')) === undefined ? geography.boundary : 'official';
  const areas = areaRows(geography, { '2025': geography.boundary, 'pre-2025': old });
  const crosswalk = crosswalkLines(geography);
  const version = createHash('sha256').update(areas).update(crosswalk).digest('hex').slice(0, 16);
  if ((await readState(store, 'areas_version')) === version) return;
  await store.insertTsv('area_units', AREA_COLUMNS, areas.replaceAll(/^/gm, `${version}\t`));
  await store.insertTsv('area_crosswalk', CROSSWALK_COLUMNS, crosswalk.replaceAll(/^/gm, `${version}\t`));
  await writeState(store, 'areas_version', version);
  for (const table of ['area_units', 'area_crosswalk']) {
    const stored = await store.query<{ old: string }>(
      `SELECT DISTINCT version AS old FROM ${table} WHERE version != {version:String}`,
      { version },
    );
    for (const { old } of stored)
      await store.command(`ALTER TABLE ${table} DROP PARTITION {old:String}`, { old });
  }
}

function areaRows(geography: Geography, boundaries: Record<DivisionId, Boundary>): string {
  const lines = DIVISIONS.flatMap((division) =>
    (['ward', 'district'] as const).flatMap((level) =>
      geography
        .areasOf(level, division)
        .map((area) =>
          tsv([
            level,
            division,
            area.code,
            area.name,
            area.name_en,
            'parent' in area ? area.parent : '',
            area.population,
            area.area_km2,
            density(area),
            area.lon,
            area.lat,
            boundaries[division],
          ]),
        ),
    ),
  );
  return lines.join('\n');
}

function crosswalkLines(geography: Geography): string {
  const units = geography.division('2025').ward_by_code;
  return crosswalkRows()
    .map((row) =>
      tsv([
        row.old_ward,
        row.old_name,
        row.old_district,
        row.new_ward,
        units.get(row.new_ward)?.name ?? '',
        row.divided ? 'true' : 'false',
      ]),
    )
    .join('\n');
}

function tsv(cells: readonly (string | number | null)[]): string {
  return cells
    .map((cell) =>
      cell === null
        ? '\\N'
        : String(cell).replace(/[\\\t\n\r]/g, (char) => `\\${char === '\\' ? '\\' : ' '}`),
    )
    .join('\t');
}
