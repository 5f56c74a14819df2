import type { AreaState } from '../figures/area-value.ts';
import type { Figures } from '../figures/use-figures.ts';
import type { Lang } from '../text/format.ts';

/** Columns in their order; `text` ones are written from the left. */
export const COLUMNS = [
  { id: 'name', text: true },
  { id: 'parent', text: true },
  { id: 'rate', text: false },
  { id: 'interval', text: false },
  { id: 'events', text: false },
  { id: 'learners', text: false },
  { id: 'hours', text: false },
  { id: 'population', text: false },
  { id: 'density', text: false },
  { id: 'fallback', text: false },
] as const;
export type ColumnId = (typeof COLUMNS)[number]['id'];

/** One area of the table; `interval` is its width, to sort by. */
export type TableRow = {
  code: string;
  state: AreaState;
  name: string;
  parent: string;
  rate: number | null;
  interval: number | null;
  low: number | null;
  high: number | null;
  events: number | null;
  learners: number | null;
  hours: number | null;
  population: number | null;
  density: number | null;
  fallback: number | null;
  suppressed: boolean;
};

/** The areas on show with their figures, as the map has them: live events where the map's are live. */
export function tableRows(
  figures: Figures,
  lang: Lang,
  parents: (code: string | null) => string,
): TableRow[] {
  return (figures.areas?.features ?? []).map(({ properties: area }) => {
    const row = figures.row_by_code.get(area.code);
    const value = figures.valueAt(area.code);
    const low = row?.rate_low ?? null;
    const high = row?.rate_high ?? null;
    return {
      code: area.code,
      state: value.state,
      name: lang === 'vi' ? area.name : area.name_en,
      parent: parents(area.parent),
      rate: row?.rate ?? null,
      interval: low === null || high === null ? null : high - low,
      low,
      high,
      events: figures.live ? value.value : (row?.events ?? null),
      learners: row?.learners ?? null,
      hours: row?.minutes == null ? null : row.minutes / 60,
      population: area.population,
      density: area.density_per_km2,
      fallback: row?.fallback_share ?? null,
      suppressed: row?.suppressed === true,
    };
  });
}
