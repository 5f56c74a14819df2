import type { Level } from '../../../server/contract/area.ts';
import { useActivity } from '../api/queries.ts';
import { useBounds } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { useView } from '../state.ts';
import { formatDate, formatDateTime, formatDay, formatNumber, formatTime } from '../text/format.ts';
import { axisTop, chartBars } from './bars.ts';

const WIDTH = 300;
const HEIGHT = 56;
const HIDDEN_HEIGHT = 3;

/** Events of one area, step by step over the window, as bars with the axis' top and ends written. */
export function Trend({ level, area }: { level: Level; area: string }) {
  const { t, lang } = useWords();
  const bounds = useBounds();
  const source = useView((view) => view.source);
  const division = useView((view) => view.division);
  const { data, isPending } = useActivity(level, area, bounds, source, division);
  const hourly = bounds.days <= 1;
  const what = t(hourly ? 'card.trend_hour' : 'card.trend');
  const points = data?.points ?? [];
  const values = points.map((point) => point.events);
  const most = Math.max(0, ...values.map((value) => value ?? 0));
  const top = axisTop(most);
  const peak = points[values.indexOf(most)];
  const when = (at: string | undefined) => {
    if (!at) return '';
    const ms = Date.parse(at);
    return hourly ? formatTime(lang, ms).slice(0, 5) : formatDay(lang, ms);
  };
  const full = (at: string) => (hourly ? formatDateTime : formatDate)(lang, Date.parse(at));
  if (isPending) return <div className="trend skeleton" />;
  return (
    <figure className="trend">
      <figcaption>
        {what}
        {values.includes(null) && <small> · {t('card.trend_hidden')}</small>}
      </figcaption>
      {most === 0 && !values.includes(null) ? (
        <p className="card-note">{t('card.trend_empty')}</p>
      ) : (
        <div className="trend-chart">
          <svg
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={t('card.trend_label', {
              what,
              most: formatNumber(lang, most),
              when: peak ? full(peak.t) : '',
            })}
          >
            <path d={`M0 .5H${WIDTH}M0 ${HEIGHT - 0.5}H${WIDTH}`} className="trend-lines" />
            {chartBars(values, top, WIDTH, HEIGHT).map((bar, at) => {
              const point = points[at];
              return (
                <rect
                  key={point?.t ?? at}
                  x={bar.x}
                  y={bar.hidden ? HEIGHT - HIDDEN_HEIGHT : bar.y}
                  width={bar.width}
                  height={bar.hidden ? HIDDEN_HEIGHT : bar.height}
                  className={bar.hidden ? 'trend-hidden' : 'trend-bar'}
                >
                  {point && <title>{`${full(point.t)}: ${formatNumber(lang, point.events)}`}</title>}
                </rect>
              );
            })}
          </svg>
          <span className="trend-top">{formatNumber(lang, top)}</span>
          <span className="trend-first">{when(points[0]?.t)}</span>
          <span className="trend-last">{when(points[points.length - 1]?.t)}</span>
        </div>
      )}
    </figure>
  );
}
