import { memo } from 'react';
import { type SqlFigure, SqlLink } from '../analyst/OpenSql.tsx';
import { choose, pointAt } from '../choose.ts';
import type { Confidence } from '../figures/confidence.ts';
import type { AreaToken } from '../figures/scale.ts';
import { useWords } from '../i18n/index.ts';
import { usePage } from '../state.ts';
import { Bar } from './Bar.tsx';
import { SPARK } from './spark.ts';

export type RankRowProps = {
  code: string;
  rank: number | null;
  name: string;
  parent: string;
  text: string;
  small: string;
  rate: string;
  confidence: Confidence | undefined;
  places: string;
  /** The area's activity over the window as a path (spark.ts); '' draws none. */
  spark: string;
  token: AreaToken;
  value: number | null;
  low: number | null;
  high: number | null;
  most: number;
  city: number | null;
  /** The one row that the Tab key reaches; arrows move on from it. */
  reachable: boolean;
  /** Where the SQL of its value opens; null: nowhere. */
  sql: string | null;
  sql_figure: SqlFigure;
};

/** How sure the place is: a stamp on a robust gap, a word of doubt, and the interval of the rank. */
function Stamp({ confidence, places }: Pick<RankRowProps, 'confidence' | 'places'>) {
  const { t } = useWords();
  if (confidence === undefined) return null;
  return (
    <span className={`stamp ${confidence}`}>
      {confidence !== 'likely' && (
        <b title={t(`rank.${confidence}_hint`)} data-testid={`stamp-${confidence}`}>
          {t(`rank.${confidence}`)}
        </b>
      )}{' '}
      {places}
    </span>
  );
}

/** One area in the ranking. Drawn again only when something written in it is another. */
export const RankRow = memo(function RankRow(row: RankRowProps) {
  const { code, rank, name, parent, text, small, rate, confidence, places } = row;
  const { token, value, low, high, most, city, reachable, spark } = row;
  const { t } = useWords();
  const pointed = usePage((page) => page.hover === code);
  return (
    <li>
      <button
        type="button"
        className={`rank-row ${pointed ? 'pointed' : ''} ${confidence ?? ''}`}
        data-testid="rank-row"
        data-code={code}
        tabIndex={reachable ? 0 : -1}
        onClick={() => choose(code)}
        onPointerEnter={() => pointAt(code, false)}
        onPointerLeave={() => pointAt(null, false)}
        onFocus={(event) => pointAt(code, event.currentTarget.matches(':focus-visible'))}
        onBlur={() => pointAt(null, false)}
      >
        <span className="rank-place">{rank ?? ''}</span>
        <span className="rank-name">
          {name}
          <small>{rate || parent}</small>
        </span>
        <span className={value === null ? 'rank-value none' : 'rank-value'} data-testid="rank-value">
          {text}
          {small && <small>{small}</small>}
        </span>
        <Bar token={token} value={value} low={low} high={high} most={most} city={city} />
        <Stamp confidence={confidence} places={places} />
        {spark && (
          <svg
            className="spark"
            viewBox={`0 0 ${SPARK.width} ${SPARK.height}`}
            aria-hidden="true"
            data-testid="spark"
          >
            <path d={spark} />
          </svg>
        )}
      </button>
      {row.sql !== null && (
        <SqlLink
          address={row.sql}
          label={t('open_sql', { what: `${name}: ${text}` })}
          figure={row.sql_figure}
          tabIndex={reachable ? 0 : -1}
        />
      )}
    </li>
  );
});
