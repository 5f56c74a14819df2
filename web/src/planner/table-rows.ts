import type { AreaFigures } from '../../../server/contract/coverage.ts';
import { type AreaState, cellOf } from '../figures/area-value.ts';
import { shownInterval } from '../figures/interval.ts';
import type { Figures } from '../figures/use-figures.ts';
import type { Lang } from '../text/format.ts';
import type { Cell } from '../url-state.ts';

type ClusterLabel = NonNullable<AreaFigures['cluster']>['label'];

/** One area of the table; `interval` and `rank` are widths, to sort by: how little is known. */
export type TableRow = {
  code: string;
  state: AreaState;
  name: string;
  parent: string;
  class: Cell | null;
  unreached: number | null;
  rate: number | null;
  interval: number | null;
  low: number | null;
  high: number | null;
  rate_eb: number | null;
  certainty: number | null;
  rank: number | null;
  rank_low: number | null;
  rank_high: number | null;
  underserved: boolean | null;
  cluster: ClusterLabel | null;
  quotient: number | null;
  within: number | null;
  access: number | null;
  silent: number | null;
  events: number | null;
  learners: number | null;
  headcount: number | null;
  hours: number | null;
  population: number | null;
  density: number | null;
  fallback: number | null;
  ids: number | null;
  linkable: number | null;
  suppressed: boolean;
};

function gapFigures(row: AreaFigures | undefined, population_factor: number | null) {
  const { low, high } = shownInterval(row, population_factor);
  const certainty = row?.certainty ?? null;
  return {
    class: cellOf(row) ?? null,
    unreached: row?.unreached ?? null,
    rate: row?.rate ?? row?.per_1000_all_residents ?? null,
    interval: low === null || high === null ? null : high - low,
    low,
    high,
    rate_eb: row?.rate_eb ?? null,
    certainty: certainty?.share ?? null,
    rank: certainty === null ? null : certainty.rank_high - certainty.rank_low,
    rank_low: certainty?.rank_low ?? null,
    rank_high: certainty?.rank_high ?? null,
    underserved: row?.underserved ?? null,
    cluster: row?.cluster?.label ?? null,
    quotient: row?.quotient ?? null,
  };
}

function countFigures(row: AreaFigures | undefined) {
  return {
    within: row?.within_1km ?? null,
    access: row?.access ?? null,
    silent: row?.silent ?? null,
    learners: row?.learners ?? null,
    headcount: row?.headcount ?? null,
    hours: row?.minutes == null ? null : row.minutes / 60,
    fallback: row?.fallback_share ?? null,
    ids: row?.id_share ?? null,
    linkable: row?.linkable_share ?? null,
    suppressed: row?.suppressed === true,
  };
}

/** The areas that the legend's filter lets through with their figures, as the map has them: live events where the map's are live. */
export function tableRows(
  figures: Figures,
  lang: Lang,
  parents: (code: string | null) => string,
): TableRow[] {
  const areas = figures.areas?.features ?? [];
  return areas
    .filter(({ properties }) => figures.isShown(properties.code))
    .map(({ properties: area }) => {
      const row = figures.row_by_code.get(area.code);
      const value = figures.valueAt(area.code);
      return {
        code: area.code,
        state: value.state,
        name: lang === 'vi' ? area.name : area.name_en,
        parent: parents(area.parent),
        ...gapFigures(row, figures.population_factor),
        ...countFigures(row),
        events: figures.live ? value.value : (row?.events ?? null),
        population: area.population,
        density: area.density_per_km2,
      };
    });
}
