import { FigureSql } from '../analyst/FigureSql.tsx';
import { useWords } from '../i18n/index.ts';
import { counters, useLive } from '../live/live-store.ts';
import { useLevel } from '../state.ts';
import { formatNumber } from '../text/format.ts';

/** One area's counters of today as they rise; nothing while the feed speaks of another level. */
export function CardToday({ area }: { area: string }) {
  const { t, lang } = useWords();
  const level = useLevel();
  const followed = useLive((live) => live.level === level);
  // A string, so that the card is drawn again only when this area's own counters are others.
  const text = useLive((live) =>
    live.version > 0 ? counters.by_code.get(area)?.slice(1).map(String).join() : undefined,
  );
  const lost = useLive((live) => live.connection === 'lost');
  if (!followed || text === undefined) return null;
  const [events, learners, minutes] = text.split(',').map((part) => (part === 'null' ? null : Number(part)));
  const figure = (value: number | null | undefined) =>
    value === null ? t('list.suppressed') : formatNumber(lang, value);
  return (
    <section className={lost ? 'card-today lost' : 'card-today'} data-testid="card-today">
      <h3>{t('card.today')}</h3>
      <dl>
        {(['events', 'learners', 'minutes'] as const).map((name, at) => (
          <div key={name}>
            <dd>{figure([events, learners, minutes][at])}</dd>
            <dt>
              {t(`today.${name}`)}{' '}
              <FigureSql figure={`live_${name}`} level={level} area={area} what={t(`today.${name}`)} />
            </dt>
          </div>
        ))}
      </dl>
    </section>
  );
}
