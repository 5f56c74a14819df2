import { memo } from 'react';
import { choose, pointAt } from '../choose.ts';
import type { AreaToken } from '../figures/scale.ts';
import { usePage } from '../state.ts';
import { Bar } from './Bar.tsx';

export type RankRowProps = {
  code: string;
  rank: number | null;
  name: string;
  parent: string;
  text: string;
  interval: string;
  token: AreaToken;
  value: number | null;
  low: number | null;
  high: number | null;
  most: number;
  /** The one row that the Tab key reaches; arrows move on from it. */
  reachable: boolean;
};

/** One area in the ranking. Drawn again only when something written in it is another. */
export const RankRow = memo(function RankRow(row: RankRowProps) {
  const { code, rank, name, parent, text, interval, token, value, low, high, most, reachable } = row;
  const pointed = usePage((page) => page.hover === code);
  return (
    <li>
      <button
        type="button"
        className={pointed ? 'rank-row pointed' : 'rank-row'}
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
          <small>{parent}</small>
        </span>
        <span className={value === null ? 'rank-value none' : 'rank-value'} data-testid="rank-value">
          {text}
          {interval && <small>{interval}</small>}
        </span>
        <Bar token={token} value={value} low={low} high={high} most={most} />
      </button>
    </li>
  );
});
