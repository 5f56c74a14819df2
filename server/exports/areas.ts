import { AreaPropertiesSchema, type Areas } from '../contract/area.ts';
import { AreaFiguresSchema, type Coverage } from '../contract/coverage.ts';
import type { AreasAnswer, Geography } from '../geography.ts';
import { type FlatColumn, type FlatValue, flatColumns, flatten } from './flat-columns.ts';

/** Columns of the figures that every area has once; the rest stand in its description. */
const DESCRIPTION_COLUMNS = flatColumns(AreaPropertiesSchema);
const DESCRIBED = new Set(DESCRIPTION_COLUMNS.map((column) => column.name));

/** Every figure of coverage, flat, without what the area's description has already. */
export const FIGURE_COLUMNS: readonly FlatColumn[] = flatColumns(AreaFiguresSchema).filter(
  ({ name }) => !DESCRIBED.has(name),
);

/** What an area with its figures consists of: its description, then the figures. */
export const AREA_COLUMNS: readonly FlatColumn[] = [...DESCRIPTION_COLUMNS, ...FIGURE_COLUMNS];

export type AreaFeature = {
  type: 'Feature';
  id: string;
  properties: Record<string, FlatValue>;
  geometry: Areas['features'][number]['geometry'];
};

// The areas of one state are written once as text; reading that text again would cost more than the figures do.
const read = new WeakMap<AreasAnswer, Areas>();

/** The areas as the map draws them, as objects. Not to be changed. */
export function areasOf(geography: Geography, level: Areas['level'], division: Areas['division']): Areas {
  const answer = geography.areas(level, division);
  let areas = read.get(answer);
  if (!areas) {
    areas = JSON.parse(answer.json) as Areas;
    read.set(answer, areas);
  }
  return areas;
}

/** The areas of an answer with their outlines, and every figure as a property, in the order of their codes. */
export function areaFeatures(areas: Areas, coverage: Pick<Coverage, 'areas'>): AreaFeature[] {
  const figures = new Map(coverage.areas.map((row) => [row.code, row]));
  return areas.features.map(({ id, properties, geometry }) => ({
    type: 'Feature',
    id,
    properties: {
      ...flatten(DESCRIPTION_COLUMNS, properties),
      ...flatten(FIGURE_COLUMNS, figures.get(id)),
    },
    geometry,
  }));
}
