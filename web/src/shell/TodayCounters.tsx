import { useEffect, useMemo } from 'react';
import { type CoverageQuestion, coverageKey, queryClient, useCoverage } from '../api/queries.ts';
import { useToday } from '../clock.ts';
import { useWords } from '../i18n/index.ts';
import { useLive } from '../live/live-store.ts';
import { useLiveVersion } from '../live/use-live.ts';
import { useLevel, useView } from '../state.ts';
import { formatNumber } from '../text/format.ts';
import { windowBounds } from '../text/window.ts';

/** Distinct learners of the city cannot be added up from areas: they are asked for, at most this often, ms. */
const LEARNERS_EVERY_MS = 4_000;

function useLearnersToday(): number | null | undefined {
  const level = useLevel();
  const source = useView((view) => view.source);
  const today = useToday();
  const changes = useLiveVersion(LEARNERS_EVERY_MS);
  const question = useMemo(
    (): CoverageQuestion => ({
      level,
      bounds: windowBounds('today', today),
      source,
      group: null,
      programme: null,
      basis: null,
      figures: 'basic',
    }),
    [level, today, source],
  );
  const { data, isError } = useCoverage(question);
  useEffect(() => {
    if (changes > 0) void queryClient.invalidateQueries({ queryKey: coverageKey(question) });
  }, [changes, question]);
  return isError && !data ? null : data?.city.learners;
}

function Counter({
  name,
  value,
}: {
  name: 'events' | 'learners' | 'minutes';
  value: number | null | undefined;
}) {
  const { t, lang } = useWords();
  const lost = useLive((live) => live.connection === 'lost');
  const waiting = value === undefined;
  return (
    <div className={lost ? 'counter lost' : 'counter'}>
      <dd
        className={waiting ? 'skeleton' : undefined}
        data-testid={`counter-${name}`}
        data-value={value ?? ''}
        data-stale={lost}
      >
        {waiting ? '00.000' : formatNumber(lang, value)}
      </dd>
      <dt>{t(`today.${name}`)}</dt>
    </div>
  );
}

/** What happened in the city today, as it rises; greyed as soon as the feed is lost. */
export function TodayCounters() {
  const { t } = useWords();
  const source = useView((view) => view.source);
  const events = useLive((live) => live.events) ?? undefined;
  const minutes = useLive((live) => live.minutes) ?? undefined;
  const learners = useLearnersToday();
  const heading = source ? t('today.heading_source', { source: t(`source.${source}`) }) : t('today.heading');
  return (
    <section className="today" aria-label={heading} title={t('today.hidden')}>
      <h2>{heading}</h2>
      <dl>
        <Counter name="events" value={events} />
        <Counter name="learners" value={learners} />
        <Counter name="minutes" value={minutes} />
      </dl>
    </section>
  );
}
