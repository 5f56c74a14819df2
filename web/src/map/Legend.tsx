import './Legend.css';
import { useMemo } from 'react';
import { useClassText, useTimesText } from '../figures/class-text.ts';
import { type LegendContent, legendContent } from '../figures/legend-items.ts';
import type { Figures } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { useLiveVersion } from '../live/use-live.ts';
import { formatNumber, formatRate } from '../text/format.ts';

/** The legend's content as it stands now; counts follow live values once a second. */
function useLegend(figures: Figures): LegendContent {
  const { areas, scale, valueAt, live } = figures;
  const version = useLiveVersion(1_000, live);
  return useMemo(() => {
    const codes = version >= 0 ? (areas?.features ?? []) : [];
    return legendContent(
      scale,
      codes.map((feature) => valueAt(feature.properties.code)),
    );
  }, [areas, scale, valueAt, version]);
}

function useLegendTitle(figures: Figures): string {
  const { t, lang } = useWords();
  if (figures.figure !== 'gap') return t(`legend.${figures.figure}`);
  return t('legend.gap', { rate: formatRate(lang, figures.coverage?.city.rate) });
}

/** Classes, their limits and how many areas each has; then the marks that are not colours. */
export function Legend({ figures }: { figures: Figures }) {
  const { t, lang } = useWords();
  const content = useLegend(figures);
  const title = useLegendTitle(figures);
  const text = useClassText(figures.scale);
  const times = useTimesText();
  const waiting = figures.coverage === undefined;
  const count = (n: number) => (
    <span className="legend-count">
      <span aria-hidden="true">{formatNumber(lang, n)}</span>
      <span className="hidden-text">{t('legend.count', { n })}</span>
    </span>
  );
  return (
    <section className="legend panel" aria-label={t('legend.heading')} data-testid="legend">
      <h2 className="legend-title">{title}</h2>
      <ul className={waiting ? 'legend-items skeleton' : 'legend-items'}>
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
      <ul className="legend-items marks">
        <li>
          <span className="swatch hatched" />
          <span>{t('legend.no_data')}</span>
          {count(content.no_data)}
        </li>
        <li>
          <span className="swatch outlined" />
          <span>{t('legend.suppressed')}</span>
          {count(content.suppressed)}
        </li>
        {figures.figure !== 'events' && (
          <li>
            <span className="swatch stippled" />
            <span>{t('legend.uncertain')}</span>
            {count(content.uncertain)}
          </li>
        )}
        <li>
          <span className="swatch-dots">
            <span className="dot" />
            <span className="dot mobile" />
          </span>
          <span>{t('legend.seen')}</span>
        </li>
        <li>
          <span className="swatch-dots">
            <span className="dot small" />
          </span>
          <span>{t('legend.place')}</span>
        </li>
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
      </ul>
    </section>
  );
}

/** The legend in one strip, for a phone: it rides on the sheet's head, where nothing can cover it. */
export function LegendStrip({ figures }: { figures: Figures }) {
  const { t } = useWords();
  const content = useLegend(figures);
  const title = useLegendTitle(figures);
  const text = useClassText(figures.scale);
  return (
    <section className="legend-strip" aria-label={t('legend.heading')} data-testid="legend">
      <h2 className="legend-title">{title}</h2>
      <ul className="strip-classes">
        {content.items.map(({ token, one }) => (
          <li key={token} data-token={token}>
            <span className="swatch" style={{ background: `var(--${token})` }} />
            <span>{text(one)}</span>
          </li>
        ))}
      </ul>
      <ul className="strip-marks">
        <li>
          <span className="swatch hatched" />
          {t('legend.no_data')}
        </li>
        <li>
          <span className="swatch outlined" />
          {t('legend.suppressed')}
        </li>
        <li>
          <VehicleMark look="here" />
          {t('source.mobile_library')}
        </li>
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
