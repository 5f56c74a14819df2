import './Ranking.css';
import { useState } from 'react';
import { useSqlAddress } from '../analyst/FigureSql.tsx';
import type { SqlFigure } from '../analyst/OpenSql.tsx';
import { tokenOf } from '../figures/area-value.ts';
import type { Figures } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { MethodLink } from '../method/MethodLink.tsx';
import { setView } from '../state.ts';
import { CityRow } from './CityRow.tsx';
import { FiguresAsOf } from './FiguresAsOf.tsx';
import { RankRow } from './RankRow.tsx';
import { Trouble } from './Trouble.tsx';
import { useParentNames } from './use-parent-names.ts';
import { useRankWords } from './use-rank-words.ts';
import { type RankedArea, useRanking, useSort } from './use-ranking.ts';
import { useSparks } from './use-sparks.ts';
import { walk } from './walk.ts';

/** The figure that a row's value is. */
function sqlFigure({ figure, live }: Figures): SqlFigure {
  if (figure === 'coverage') return 'unreached';
  return figure === 'events' ? (live ? 'live_events' : 'events') : 'rate';
}

const GHOSTS = Array.from({ length: 12 }, (_, i) => `ghost-${i}`);

/** The place in the list; none where nothing is known or, among gaps, nobody is lacking. */
function placeOf(one: RankedArea, at: number, gaps: boolean): number | null {
  const lacks = gaps ? Math.round(one.key ?? 0) > 0 : true;
  return one.value === null || !lacks ? null : at + 1;
}

/** Where rows will stand, or why there are none. */
function Waiting({ none }: { none: boolean }) {
  const { t } = useWords();
  if (none) return <p className="rank-none">{t('cells.none')}</p>;
  return (
    <ul aria-hidden="true">
      {GHOSTS.map((ghost) => (
        <li key={ghost} className="ghost-row skeleton" />
      ))}
    </ul>
  );
}

/** All areas in the order of the figure on the map. */
export function Ranking({ figures }: { figures: Figures }) {
  const { t, lang } = useWords();
  const { level, figure, scale, property_by_code, busy, coverage } = figures;
  const gaps = figure === 'coverage';
  const { ranked, most } = useRanking(figures);
  const sort = useSort();
  const parents = useParentNames();
  const write = useRankWords(figures);
  const sparks = useSparks(level);
  const sqlOf = useSqlAddress(level);
  const sql_figure = sqlFigure(figures);
  const [reached, setReached] = useState<string | null>(null);
  const reachable = ranked.some(({ code }) => code === reached) ? reached : (ranked[0]?.code ?? null);
  return (
    <section className="ranking" aria-labelledby="ranking-title" aria-busy={busy}>
      <header className="ranking-head">
        <h2 id="ranking-title">
          {t(gaps ? `rank.heading_${level}` : `list.heading_${level}`)}{' '}
          <MethodLink id={gaps ? 'unreached' : 'rate'} what={t(gaps ? 'rank.unit' : `figure.${figure}`)} />
        </h2>
        <button
          type="button"
          className="sort"
          title={t('list.sort')}
          onClick={() => setView({ sort: sort === 'asc' ? 'desc' : 'asc' })}
          data-testid="sort"
        >
          {t(gaps ? `rank.${sort}` : `list.${sort}`)}{' '}
          <span aria-hidden="true">{sort === 'asc' ? '↑' : '↓'}</span>
        </button>
      </header>
      <Trouble figures={figures} />
      <CityRow figures={figures} most={most} />
      {ranked.length === 0 && !figures.error && <Waiting none={!busy && coverage !== undefined} />}
      <ol
        className={coverage && busy ? 'rank-list stale' : 'rank-list'}
        onKeyDown={walk}
        onFocus={(event) => setReached((event.target as HTMLElement).dataset.code ?? null)}
        data-testid="rank-list"
      >
        {ranked.map((one, at) => {
          const area = property_by_code.get(one.code);
          return (
            <RankRow
              key={one.code}
              code={one.code}
              rank={placeOf(one, at, gaps)}
              name={(lang === 'vi' ? area?.name : area?.name_en) ?? one.code}
              parent={parents(area?.parent)}
              {...write(one)}
              spark={sparks.get(one.code) ?? ''}
              token={tokenOf(scale, one)}
              value={one.value}
              low={one.low}
              high={one.high}
              most={most}
              city={gaps ? (coverage?.city.m ?? coverage?.city.rate ?? null) : null}
              reachable={one.code === reachable}
              sql={one.value === null ? null : sqlOf(sql_figure, one.code)}
              sql_figure={sql_figure}
            />
          );
        })}
      </ol>
      <FiguresAsOf figures={figures} />
    </section>
  );
}
