import './WardCard.css';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { useAreas, useCoverage } from '../api/queries.ts';
import { levelOf } from '../choose.ts';
import { useMapQuestion } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { pageStore, setView, useView } from '../state.ts';
import { CardAccess } from './CardAccess.tsx';
import { CardFindings } from './CardFindings.tsx';
import { CardGroups } from './CardGroups.tsx';
import { CardHelps } from './CardHelps.tsx';
import { CardPlaces } from './CardPlaces.tsx';
import { CardSentence } from './CardSentence.tsx';
import { CardSilent } from './CardSilent.tsx';
import { CardToday } from './CardToday.tsx';
import { CardTrust } from './CardTrust.tsx';
import { FiguresAsOf } from './FiguresAsOf.tsx';
import { Shares } from './Shares.tsx';
import { TakeAway } from './TakeAway.tsx';
import { Trend } from './Trend.tsx';
import { useParentNames } from './use-parent-names.ts';

const CardSiting = lazy(() => import('./siting/CardSiting.tsx'));
const CardChange = lazy(() => import('./compare/CardChange.tsx'));

/** Everything about one area: the sentence first, then findings, what would help, trend, sources, groups, access, places. */
export function WardCard({ code }: { code: string }) {
  const { t, lang } = useWords();
  const level = levelOf(code);
  const division = useView((view) => view.division);
  const mode = useView((view) => view.mode);
  const areas = useAreas(level, division).data;
  const { waits, ...question } = useMapQuestion(level);
  const coverage = useCoverage(question, !waits).data;
  const parents = useParentNames();
  const heading = useRef<HTMLHeadingElement>(null);
  const area = areas?.features.find((one) => one.properties.code === code)?.properties;
  const row = coverage?.areas.find((one) => one.code === code);
  const known = area !== undefined;
  useEffect(() => {
    // The row or search result that had the focus is gone: the card takes it. A map that was clicked keeps it.
    if (!known || !code || !pageStore.get().focus_card) return;
    pageStore.set({ focus_card: false });
    heading.current?.focus();
  }, [known, code]);
  const name = area ? (lang === 'vi' ? area.name : area.name_en) : code;
  const parent = parents(area?.parent);
  return (
    <section className="card" aria-label={t('card.label', { name })} data-testid="ward-card" data-code={code}>
      <header className="card-head">
        <div>
          <h2 ref={heading} tabIndex={-1}>
            {name}
          </h2>
          {parent && <p className="card-note">{t('card.parent', { parent })}</p>}
        </div>
        <button
          type="button"
          className="icon-button"
          aria-label={t('card.close')}
          title={t('card.close')}
          onClick={() => setView({ area: null })}
          data-testid="card-close"
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M6 6l12 12M18 6L6 18" />
          </svg>
        </button>
      </header>
      {area && <CardSentence area={area} row={row} coverage={coverage} />}
      <Suspense>
        {mode === 'siting' && level === 'ward' && <CardSiting ward={code} />}
        {mode === 'compare' && <CardChange area={code} />}
      </Suspense>
      {!coverage && <div className="card-ghost skeleton" />}
      {row && coverage && !row.suppressed && (
        <>
          <CardFindings row={row} coverage={coverage} />
          <CardHelps row={row} coverage={coverage} />
        </>
      )}
      <TakeAway question={question} area={code} />
      <CardToday area={code} />
      <Trend level={level} area={code} />
      <Shares level={level} area={code} />
      <CardGroups level={level} area={code} />
      {row && coverage && <CardAccess row={row} city={coverage.city} />}
      {level === 'ward' && (row?.silent ?? 0) > 0 && <CardSilent ward={code} />}
      {area && level === 'ward' && <CardPlaces area={area} />}
      {row && coverage && !row.suppressed && <CardTrust row={row} city={coverage.city} />}
      {coverage && (
        <p className="card-note">
          {t('card.population_source', {
            source: coverage.population_source,
            date: coverage.population_date,
          })}
        </p>
      )}
      <FiguresAsOf figures={{ coverage }} />
    </section>
  );
}
