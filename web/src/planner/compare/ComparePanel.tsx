import '../Ranking.css';
import '../Trouble.css';
import './Compare.css';
import { type CSSProperties, memo, useEffect, useMemo, useRef, useState } from 'react';
import type { Comparison } from '../../../../server/contract/coverage.ts';
import { choose, pointAt } from '../../choose.ts';
import { type Compared, useBeforeRange } from '../../figures/use-compared.ts';
import { useWords } from '../../i18n/index.ts';
import { MethodLink } from '../../method/MethodLink.tsx';
import { pageStore, setView, usePage, useView } from '../../state.ts';
import { formatNumber, formatRate } from '../../text/format.ts';
import { rangeOf } from '../../text/window.ts';
import { FiguresAsOf } from '../FiguresAsOf.tsx';
import { useWindowText } from '../use-window-text.ts';
import { walk } from '../walk.ts';
import { Refused } from './Refused.tsx';
import { useChangeText } from './use-change-text.ts';
import { byChange, type Verdict, verdictOf } from './verdict.ts';

type RowProps = {
  code: string;
  name: string;
  rates: string;
  change: string;
  verdict: Verdict;
  /** Part of the bar's half, −1 to 1; null draws none. */
  at: number | null;
  low: number;
  high: number;
  reachable: boolean;
};

/** One area's change: a bar from the middle, its interval, and both in words. */
const ChangeRow = memo(function ChangeRow({ code, name, rates, change, verdict, ...row }: RowProps) {
  const pointed = usePage((page) => page.hover === code);
  const place = (part: number) => `${50 + 50 * Math.max(-1, Math.min(1, part))}%`;
  const bar: CSSProperties | undefined =
    row.at === null
      ? undefined
      : { left: place(Math.min(0, row.at)), right: `calc(100% - ${place(Math.max(0, row.at))})` };
  return (
    <li>
      <button
        type="button"
        className={`rank-row change-row ${verdict} ${pointed ? 'pointed' : ''}`}
        data-testid="change-row"
        data-code={code}
        data-verdict={verdict}
        tabIndex={row.reachable ? 0 : -1}
        onClick={() => choose(code)}
        onPointerEnter={() => pointAt(code, false)}
        onPointerLeave={() => pointAt(null, false)}
        onFocus={(event) => pointAt(code, event.currentTarget.matches(':focus-visible'))}
        onBlur={() => pointAt(null, false)}
      >
        <span className="change-name">
          {name}
          <small>{rates}</small>
        </span>
        <span className="change-words">{change}</span>
        {bar && (
          <span className="change-bar" aria-hidden="true">
            <span className="change-fill" style={bar} />
            <span
              className="bar-interval"
              style={{ left: place(row.low), width: `calc(${place(row.high)} - ${place(row.low)})` }}
            />
          </span>
        )}
      </button>
    </li>
  );
});

/** The longest change on show, so that bars share a scale; the odd one out of a tiny area does not press the rest flat. */
function scaleOf(areas: Comparison['areas']): number {
  const sizes = areas.flatMap(({ difference }) => (difference === null ? [] : Math.abs(difference)));
  sizes.sort((a, b) => a - b);
  return sizes[Math.floor(sizes.length * 0.95)] || 1;
}

function Counts({ areas }: { areas: Comparison['areas'] }) {
  const { t, lang } = useWords();
  const verdicts = areas.map(verdictOf);
  const count = (verdict: Verdict) => formatNumber(lang, verdicts.filter((one) => one === verdict).length);
  return (
    <p className="change-counts" data-testid="change-counts">
      {(['down', 'up', 'same'] as const).map((verdict) => (
        <span key={verdict} className={verdict}>
          {t(`compare.n_${verdict}`, { n: count(verdict) })}
        </span>
      ))}
    </p>
  );
}

type Props = { compared: Compared | null; error: Error | null; busy: boolean; retry: () => void };

/** What changed between two windows, area by area, with how sure that is. */
export default function ComparePanel({ compared, error, busy, retry }: Props) {
  const { t, lang } = useWords();
  const sort = useView((view) => view.sort) ?? 'asc';
  const windowText = useWindowText();
  const range = useBeforeRange();
  const write = useChangeText();
  const [reached, setReached] = useState<string | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!pageStore.get().focus_card) return;
    pageStore.set({ focus_card: false });
    heading.current?.focus();
  }, []);
  const answer = compared?.answer;
  const areas = useMemo(
    () =>
      byChange(
        (answer?.areas ?? []).filter(({ code }) => compared?.now.isShown(code)),
        sort,
      ),
    [answer, compared, sort],
  );
  const most = useMemo(() => scaleOf(answer?.areas ?? []), [answer]);
  const reachable = areas.some(({ code }) => code === reached) ? reached : (areas[0]?.code ?? null);
  const rates = (before: number | null, now: number | null) =>
    t('compare.rates', { before: formatRate(lang, before), now: formatRate(lang, now) });
  return (
    <section
      className="ranking compare"
      aria-labelledby="compare-title"
      aria-busy={busy}
      data-testid="compare-panel"
    >
      <header className="ranking-head">
        <h2 id="compare-title" ref={heading} tabIndex={-1}>
          {t('compare.heading')} <MethodLink id="compare" what={t('compare.heading')} />
        </h2>
        <button
          type="button"
          className="sort"
          title={t('list.sort')}
          onClick={() => setView({ sort: sort === 'asc' ? 'desc' : 'asc' })}
          data-testid="compare-sort"
        >
          {t(`compare.${sort}`)} <span aria-hidden="true">{sort === 'asc' ? '↑' : '↓'}</span>
        </button>
      </header>
      {error && <Refused error={error} retry={retry} />}
      {!answer && !error && <div className="card-ghost skeleton" />}
      {answer && compared && (
        <>
          <div className="city-row change-city">
            <span>
              {t('compare.city')}: <strong>{write(answer.city)}</strong>
            </span>
            <span>{rates(answer.a.city.rate, answer.b.city.rate)}</span>
          </div>
          <Counts areas={answer.areas} />
          <p className="compare-note">
            {windowText(range)} → {windowText(rangeOf(compared.now.bounds))}. {t('compare.same_people')}
          </p>
          <ol
            className={busy ? 'rank-list stale' : 'rank-list'}
            onKeyDown={walk}
            onFocus={(event) => setReached((event.target as HTMLElement).dataset.code ?? null)}
            data-testid="change-list"
          >
            {areas.map((one) => {
              const area = compared.now.property_by_code.get(one.code);
              return (
                <ChangeRow
                  key={one.code}
                  code={one.code}
                  name={(lang === 'vi' ? area?.name : area?.name_en) ?? one.code}
                  rates={rates(one.a.rate, one.b.rate)}
                  change={write(one)}
                  verdict={verdictOf(one)}
                  at={one.difference === null ? null : one.difference / most}
                  low={(one.difference_low ?? 0) / most}
                  high={(one.difference_high ?? 0) / most}
                  reachable={one.code === reachable}
                />
              );
            })}
          </ol>
          <FiguresAsOf figures={compared.now} />
        </>
      )}
    </section>
  );
}
