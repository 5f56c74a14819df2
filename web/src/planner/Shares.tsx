import type { Level } from '../../../server/contract/area.ts';
import type { Source } from '../../../server/contract/event.ts';
import { useCoverage } from '../api/queries.ts';
import { useQuestion } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { formatNumber } from '../text/format.ts';

const COLOURS = {
  centre: 'source-centre',
  mobile_library: 'source-mobile',
  online_course: 'source-online',
} as const;

function useSourceEvents(level: Level, area: string, source: Source): number | null | undefined {
  const { data } = useCoverage({ ...useQuestion(level), source, figures: 'basic' });
  return data?.areas.find((row) => row.code === area)?.events;
}

/** Events of one area by source: one bar, then each in words; null counts are hidden ones. */
export function Shares({ level, area }: { level: Level; area: string }) {
  const { t, lang } = useWords();
  const centre = useSourceEvents(level, area, 'centre');
  const mobile_library = useSourceEvents(level, area, 'mobile_library');
  const online_course = useSourceEvents(level, area, 'online_course');
  const events = { centre, mobile_library, online_course };
  const sources = ['centre', 'mobile_library', 'online_course'] as const;
  const waiting = sources.some((source) => events[source] === undefined);
  const all = sources.reduce((sum, source) => sum + (events[source] ?? 0), 0);
  if (waiting) return <div className="shares skeleton" />;
  return (
    <section className="shares">
      <h3>{t('card.shares')}</h3>
      <div className="share-bar" aria-hidden="true">
        {sources.map((source) => (
          <span
            key={source}
            style={{
              flexGrow: all > 0 ? (events[source] ?? 0) / all : 0,
              background: `var(--${COLOURS[source]})`,
            }}
          />
        ))}
      </div>
      <dl>
        {sources.map((source) => (
          <div key={source}>
            <dt>
              <span className="share-dot" style={{ background: `var(--${COLOURS[source]})` }} />
              {t(`source.${source}`)}
            </dt>
            <dd>{events[source] === null ? t('list.suppressed') : formatNumber(lang, events[source])}</dd>
          </div>
        ))}
      </dl>
      {sources.some((source) => events[source] === null) && (
        <p className="card-note">{t('card.shares_hidden')}</p>
      )}
    </section>
  );
}
