import '../WardCard.css';
import './Siting.css';
import { useEffect, useRef } from 'react';
import type { Siting } from '../../../../server/contract/siting.ts';
import { useShownWindow } from '../../figures/use-figures.ts';
import { useWords } from '../../i18n/index.ts';
import { setMode } from '../../modes.ts';
import { AskKey, needsKey } from '../../shell/AskKey.tsx';
import type { Stop } from '../../siting-url.ts';
import { pageStore, useView } from '../../state.ts';
import { formatDateTime, formatNumber } from '../../text/format.ts';
import { useWindowText } from '../use-window-text.ts';
import { Curve } from './Curve.tsx';
import { Helped, WhyNot } from './Helped.tsx';
import { Plans, Versus } from './Plans.tsx';
import { usePlan } from './plan-store.ts';
import { Result } from './Result.tsx';
import { Settings } from './Settings.tsx';
import { StopList } from './StopList.tsx';
import { TakePlan } from './TakePlan.tsx';
import { useChoose, useSiting, useStops } from './use-siting.ts';

/** Why there is no plan, or not the one that was asked for, and what to do about it. */
function Notes({ choose }: { choose: () => void }) {
  const { t, lang } = useWords();
  const siting = useView((view) => view.siting);
  const error = usePlan((plan) => plan.error);
  const candidates = usePlan((plan) => plan.candidates);
  const choosing = usePlan((plan) => plan.choosing);
  const { on, hand, count } = siting;
  const n = siting[on].length;
  const byHand = hand.includes(on);
  return (
    <>
      {needsKey(error) && <AskKey error={error} onKey={choose} />}
      {error && !needsKey(error) && (
        <div className="notice bad" role="alert" data-testid="siting-error">
          {t('state.error_server', { detail: error.message })}{' '}
          <button type="button" className="link" onClick={choose}>
            {t('state.retry')}
          </button>
        </div>
      )}
      {choosing && n === 0 && <p className="card-note">{t('siting.choosing')}</p>}
      {!choosing && candidates === 0 && <p className="notice warn">{t('siting.no_candidates')}</p>}
      {!choosing && !byHand && n > 0 && n < count && candidates !== null && (
        <p className="card-note">{t('siting.fewer', { n: formatNumber(lang, n) })}</p>
      )}
      {byHand && (
        <p className="card-note" data-testid="siting-hand">
          {t('siting.hand', { plan: on.toUpperCase() })}{' '}
          <button type="button" className="link" onClick={choose} data-testid="siting-again">
            {t('siting.again', { n: formatNumber(lang, count) })}
          </button>
        </p>
      )}
    </>
  );
}

/** Whether figures are of these very stops, and not of where they were a moment ago. */
function isOf({ fixed }: Siting, stops: readonly Stop[]): boolean {
  return (
    fixed.sites.length === stops.length &&
    fixed.sites.every(({ lon, lat }, at) => stops[at]?.lon === lon && stops[at]?.lat === lat)
  );
}

/** Siting as a mode of the map: choose stops, move them, read who is newly reached, and leave with a link. */
export default function SitingPanel({ hidden }: { hidden: boolean }) {
  const { t, lang } = useWords();
  useSiting();
  const choose = useChoose();
  const stops = useStops();
  const figures = usePlan((plan) => plan.figures);
  const reasons = usePlan((plan) => plan.reasons);
  const waiting = usePlan((plan) => plan.choosing);
  const window = useWindowText()(useShownWindow());
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // Only a key that brought this leaves nobody anywhere else.
    if (!pageStore.get().focus_card) return;
    pageStore.set({ focus_card: false });
    heading.current?.focus();
  }, []);
  return (
    <section
      className="card siting"
      aria-label={t('siting.title')}
      aria-busy={waiting}
      hidden={hidden}
      data-testid="siting-panel"
      data-settled={figures !== null && isOf(figures, stops)}
    >
      <header className="card-head">
        <h2 ref={heading} tabIndex={-1}>
          {t('siting.title')}
        </h2>
        <button
          type="button"
          className="icon-button"
          aria-label={t('mode.close')}
          title={t('mode.close')}
          onClick={() => setMode(null)}
          data-testid="mode-close"
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M6 6l12 12M18 6L6 18" />
          </svg>
        </button>
      </header>
      <Settings />
      <Notes choose={choose} />
      {figures && stops.length > 0 && <Result figures={figures} />}
      <Plans />
      {figures && stops.length > 0 && <Versus figures={figures} />}
      <StopList stops={stops} figures={figures} />
      {figures && stops.length > 0 && (
        <>
          <Curve figures={figures} />
          <Helped figures={figures} />
          <WhyNot figures={figures} reasons={reasons} />
        </>
      )}
      <TakePlan />
      {figures && (
        <>
          <details>
            <summary>{t('siting.assumptions')}</summary>
            <ul className="assumptions">
              {figures.assumptions[lang].map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          </details>
          {figures.as_of && (
            <p className="figures-as-of" data-testid="siting-as-of">
              {t('siting.as_of', { time: formatDateTime(lang, Date.parse(figures.as_of)), window })}
            </p>
          )}
        </>
      )}
    </section>
  );
}
