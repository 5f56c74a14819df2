import './Legend.css';
import { useClassText, useTimesText } from '../figures/class-text.ts';
import type { LegendContent } from '../figures/legend-items.ts';
import type { Figures } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { MethodLink } from '../method/MethodLink.tsx';
import { FiguresAsOf } from '../planner/FiguresAsOf.tsx';
import { useWindowText } from '../planner/use-window-text.ts';
import { useStore } from '../store.ts';
import { formatNumber } from '../text/format.ts';
import { rangeOf } from '../text/window.ts';
import { CellGrid } from './CellGrid.tsx';
import { FleetList } from './FleetList.tsx';
import { fleetStore } from './fleet-store.ts';
import { LayerSwitches } from './LayerSwitches.tsx';
import { LegendMarks } from './LegendMarks.tsx';
import { useLegend, useLegendTitle } from './use-legend.ts';

function useFleetShown(): boolean {
  return useStore(fleetStore, ({ fleet }) => fleet.size > 0);
}

/** Classes of a one-variable map, highest first: limits and how many areas each has. */
function Classes({
  figures,
  content,
  count,
}: {
  figures: Figures;
  content: LegendContent;
  count: (n: number) => React.ReactNode;
}) {
  const text = useClassText(figures.scale);
  const times = useTimesText();
  return (
    <ul className={figures.coverage === undefined ? 'legend-items skeleton' : 'legend-items'}>
      {content.items
        .map(({ token, one, count: n }, place) => (
          <li key={token} data-token={token}>
            <span className="swatch" style={{ background: `var(--${token})` }} />
            <span>
              {text(one)}
              {figures.figure === 'gap' && <small> · {times(place, content.items.length)}</small>}
            </span>
            {count(n)}
          </li>
        ))
        .reverse()}
    </ul>
  );
}

/** Which of two windows a legend is of. */
function SideName({ figures, side }: { figures: Figures; side: 'before' | 'now' }) {
  const { t } = useWords();
  const windowText = useWindowText();
  return (
    <p className="legend-sub">
      {t(`compare.legend_${side}`, { window: windowText(rangeOf(figures.bounds)) })}
    </p>
  );
}

/** The same classes with the counts of the earlier of two windows. */
function Side({
  figures,
  side,
  count,
}: {
  figures: Figures;
  side: 'before' | 'now';
  count: (n: number) => React.ReactNode;
}) {
  const content = useLegend(figures);
  return (
    <>
      <SideName figures={figures} side={side} />
      {figures.figure === 'coverage' ? (
        <CellGrid figures={figures} content={content} />
      ) : (
        <Classes figures={figures} content={content} count={count} />
      )}
    </>
  );
}

/** What the map shows: classes with limits and counts, the marks that are drawn, layers to switch, and of when it is. */
export function Legend({ figures, before }: { figures: Figures; before?: Figures | undefined }) {
  const { t, lang } = useWords();
  const content = useLegend(figures);
  const title = useLegendTitle(figures);
  const fleet = useFleetShown();
  const count = (n: number) => (
    <span className="legend-count">
      <span aria-hidden="true">{formatNumber(lang, n)}</span>
      <span className="hidden-text">{t('legend.count', { n })}</span>
    </span>
  );
  return (
    <section className="legend panel" aria-label={t('legend.heading')} data-testid="legend">
      <h2 className="legend-title">
        {title} <MethodLink id={figures.figure === 'coverage' ? 'class' : 'rate'} what={title} />
      </h2>
      {before && <Side figures={before} side="before" count={count} />}
      {before && <SideName figures={figures} side="now" />}
      {figures.figure === 'coverage' ? (
        <CellGrid figures={figures} content={content} />
      ) : (
        <Classes figures={figures} content={content} count={count} />
      )}
      <ul className="legend-items marks">
        <LegendMarks marks={content.marks} indicative={figures.coverage?.indicative === true} count={count} />
        <li>
          <span className="swatch-dots">
            <span className="dot" />
            <span className="dot mobile" />
          </span>
          <span>{t('legend.seen')}</span>
        </li>
        {fleet && (
          <>
            <li>
              <VehicleMark look="trail" />
              <span>{t('legend.vehicle')}</span>
            </li>
            <li>
              <VehicleMark look="quiet" />
              <span>{t('vehicle.legend_quiet')}</span>
            </li>
            <li>
              <VehicleMark look="lost" />
              <span>{t('vehicle.legend_lost')}</span>
            </li>
          </>
        )}
      </ul>
      <FleetList />
      <LayerSwitches />
      <FiguresAsOf figures={figures} />
    </section>
  );
}

/** The legend in one strip, for a phone: it rides on the sheet's head, where nothing can cover it. */
export function LegendStrip({ figures, compared = false }: { figures: Figures; compared?: boolean }) {
  const { t } = useWords();
  const content = useLegend(figures);
  const title = useLegendTitle(figures);
  const text = useClassText(figures.scale);
  const fleet = useFleetShown();
  return (
    <section className="legend-strip" aria-label={t('legend.heading')} data-testid="legend">
      <h2 className="legend-title">{title}</h2>
      {compared && <SideName figures={figures} side="now" />}
      {figures.figure === 'coverage' ? (
        <CellGrid figures={figures} content={content} />
      ) : (
        <ul className="strip-classes">
          {content.items.map(({ token, one }) => (
            <li key={token} data-token={token}>
              <span className="swatch" style={{ background: `var(--${token})` }} />
              <span>{text(one)}</span>
            </li>
          ))}
        </ul>
      )}
      <ul className="strip-marks">
        <LegendMarks marks={content.marks} indicative={figures.coverage?.indicative === true} />
        {fleet && (
          <li>
            <VehicleMark look="here" />
            {t('source.mobile_library')}
          </li>
        )}
      </ul>
    </section>
  );
}

/** A mobile library as the map draws it. */
function VehicleMark({ look }: { look: 'here' | 'trail' | 'quiet' | 'lost' }) {
  return (
    <svg className={`swatch arrow ${look}`} viewBox="-32 0 96 64" aria-hidden="true">
      {look === 'trail' && <path className="trail" d="M-32 50 L30 50" />}
      <path d="M32 8 L54 55 L32 45 L10 55 Z" transform={look === 'trail' ? 'rotate(90 32 45)' : undefined} />
    </svg>
  );
}
