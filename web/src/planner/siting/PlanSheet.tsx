import './PlanSheet.css';
import { useEffect } from 'react';
import { useAreas, useStatus } from '../../api/queries.ts';
import { useShownWindow } from '../../figures/use-figures.ts';
import { useWords } from '../../i18n/index.ts';
import { AskKey, needsKey } from '../../shell/AskKey.tsx';
import { setView, useView } from '../../state.ts';
import { formatDateTime, formatNumber } from '../../text/format.ts';
import { useWindowText } from '../use-window-text.ts';
import { cumulative } from './Curve.tsx';
import { Versus } from './Plans.tsx';
import { stopLabel } from './plan-query.ts';
import { usePlan } from './plan-store.ts';
import { SheetMap } from './SheetMap.tsx';
import { useWardNames } from './use-names.ts';
import { usePlanLink } from './use-plan-link.ts';
import { useChoose, useSiting, useStops } from './use-siting.ts';
import { useReasonText, useSettingWords } from './use-siting-words.ts';

/** Wards named in full; what comes after them is a number. */
const MOST_HELPED = 12;
const MOST_NEXT = 6;

/** The plan on one printed page: what it brings, where the stops are, whom they help, what was assumed. */
export default function PlanSheet() {
  const { t, lang } = useWords();
  useSiting();
  const choose = useChoose();
  const stops = useStops();
  const names = useWardNames();
  const words = useSettingWords();
  const view = useView((now) => now);
  const figures = usePlan((plan) => plan.figures);
  const reasons = usePlan((plan) => plan.reasons);
  const error = usePlan((plan) => plan.error);
  const write = useReasonText(figures?.weight_unit ?? 'learners');
  const schematic = useAreas('ward').data?.boundary === 'schematic';
  const demo = useStatus().data?.demo;
  const window_text = useWindowText()(useShownWindow());
  const { siting } = view;
  const n = (value: number) => formatNumber(lang, Math.round(value));
  const ready = figures !== null && stops.length > 0;
  useEffect(() => {
    document.documentElement.dataset.sheetReady = String(ready && reasons !== null);
    return () => {
      delete document.documentElement.dataset.sheetReady;
    };
  }, [ready, reasons]);
  const fixed = figures?.fixed;
  const sums = figures ? cumulative(figures) : [];
  const link = usePlanLink();
  const title = fixed
    ? t('siting.sheet_title', {
        n: stops.length,
        people: n(fixed.residents_new),
        reach: n(siting.reach_m),
      })
    : t('siting.title');
  return (
    <div className="plan-page">
      <div className="plan-bar">
        <button
          type="button"
          className="button"
          onClick={() => setView({ print: false })}
          data-testid="sheet-back"
        >
          {t('siting.back')}
        </button>
        <button type="button" className="button primary" onClick={() => window.print()} disabled={!ready}>
          {t('siting.do_print')}
        </button>
      </div>
      <main id="main" tabIndex={-1} className="plan-sheet" data-testid="plan-sheet">
        <header>
          <p className="kicker">
            {t('siting.sheet_kicker')} · {t('product')}
            {demo && <strong className="demo"> {t('badge.demo')}</strong>}
          </p>
          <h1>{title}</h1>
          <p className="muted">
            {t('siting.sheet_chosen', {
              weight: words.weight(siting.weight),
              from: words.from(siting.from),
              within: words.within(siting.within),
            })}{' '}
            {siting.hand.includes(siting.on) && t('siting.sheet_hand')}
          </p>
          {figures?.as_of && (
            <p className="muted">
              {t('siting.as_of', {
                time: formatDateTime(lang, Date.parse(figures.as_of)),
                window: window_text,
              })}
              {view.source && ` · ${t(`source.${view.source}`)}`}
              {view.group && ` · ${t(`group.${view.group}`)}`}
              {view.programme && ` · ${t('programme.one', { tag: view.programme })}`}
            </p>
          )}
        </header>
        {needsKey(error) && <AskKey error={error} onKey={choose} />}
        {error && !needsKey(error) && (
          <p role="alert">{t('state.error_server', { detail: error.message })}</p>
        )}
        {!ready && !error && <p>{t(stops.length === 0 ? 'siting.sheet_none' : 'state.loading')}</p>}
        {figures && fixed && stops.length > 0 && (
          <>
            <section>
              <h2>{t('siting.sheet_map')}</h2>
              <SheetMap
                stops={stops}
                labels={stops.map((_, at) => stopLabel(siting.on, at))}
                helped={new Set(fixed.wards_helped.map((ward) => ward.code))}
                reach_m={siting.reach_m}
                title={t('siting.sheet_map')}
                lang={lang}
              />
              {schematic && <p className="muted">{t('schematic.band')}</p>}
            </section>
            <section>
              <h2>{t('siting.sheet_table')}</h2>
              <table>
                <thead>
                  <tr>
                    <td />
                    <th scope="col">{t('siting.sheet_ward')}</th>
                    <th scope="col">{t('siting.sheet_point')}</th>
                    <th scope="col" className="figure">
                      {t('siting.sheet_added')}
                    </th>
                    <th scope="col" className="figure">
                      {t('siting.curve')}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {fixed.sites.map((site, at) => (
                    <tr key={site.id}>
                      <th scope="row">{stopLabel(siting.on, at)}</th>
                      <td>{names(site.ward)}</td>
                      <td>
                        {site.lat.toFixed(5)}, {site.lon.toFixed(5)}
                      </td>
                      <td className="figure">{n(site.residents_added)}</td>
                      <td className="figure">{n(sums[at] ?? 0)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
            <Versus figures={figures} />
            <section>
              <h2>{t('siting.helped_n', { n: n(fixed.wards_helped.length) })}</h2>
              <p>
                {fixed.wards_helped
                  .slice(0, MOST_HELPED)
                  .map(({ code, residents }) => `${names(code)} (${n(residents)})`)
                  .join('; ')}
                {fixed.wards_helped.length > MOST_HELPED ? '; …' : '.'}
              </p>
              <p>
                {fixed.leaves_underserved.length === 0
                  ? t('siting.leaves_none')
                  : t('siting.leaves_n', {
                      n: n(fixed.leaves_underserved.length),
                      wards: fixed.leaves_underserved.map(names).join(', '),
                    })}
              </p>
            </section>
            {reasons && (
              <section>
                <h2>{t('siting.sheet_next')}</h2>
                <ul>
                  {reasons.slice(0, MOST_NEXT).map((row) => (
                    <li key={row.code}>
                      <strong>{names(row.code)}</strong>: {write(row)}
                    </li>
                  ))}
                </ul>
              </section>
            )}
            <footer>
              <h2>{t('siting.assumptions')}</h2>
              <ul>
                {figures.assumptions[lang].map((text) => (
                  <li key={text}>{text}</li>
                ))}
              </ul>
              <p className="link-line">
                {t('siting.sheet_link', {
                  url: link,
                })}
              </p>
            </footer>
          </>
        )}
      </main>
    </div>
  );
}
