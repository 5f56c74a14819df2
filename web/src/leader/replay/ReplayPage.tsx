import './Replay.css';
import '../LeaderPage.css';
import '../../shell/Page.css';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Link, useSearch } from 'wouter';
import { AREA_MEASURES, type AreaMeasure, type Campaign } from '../../../../server/contract/campaign.ts';
import { DAY_MS, startOfCityDay, toCityIso } from '../../../../server/contract/time.ts';
import { useWords } from '../../i18n/index.ts';
import { Header } from '../../shell/Header.tsx';
import { Failure } from '../../shell/Page.tsx';
import { formatDateTime, formatDay } from '../../text/format.ts';
import { dateOf, dayStart } from '../../text/window.ts';
import { coloursOf } from '../map/colours.ts';
import { MapKey } from '../map/MapKey.tsx';
import { MapPart } from '../map/MapPart.tsx';
import { type BoardArea, plainArea } from '../model/board.ts';
import { useCampaign } from '../model/queries.ts';
import { livePath, useHref } from '../model/use-href.ts';
import { AreaRows } from '../parts/AreaRows.tsx';
import { BigNumber } from '../parts/BigNumber.tsx';
import type { FrameState } from './frames.ts';
import { parseReplay, SPEEDS, writeReplay } from './replay-url.ts';
import { type ReplaySpan, useReplay } from './use-replay.ts';

const PADDING = { top: 16, right: 16, bottom: 48, left: 16 };
const ROWS = 12;
/** How often the address is brought up to date while a replay runs, ms. */
const WRITE_EVERY_MS = 2_000;
const COLUMN: Record<AreaMeasure, 0 | 1 | 2> = { events: 0, learners: 1, minutes: 2 };
const NONE_BEFORE: ReadonlyMap<string, number | null> = new Map();

function writeAddress(patch: Record<string, string | null>): void {
  const { pathname, search } = window.location;
  window.history.replaceState(null, '', `${pathname}${writeReplay(search, patch)}`);
}

function areasOfState(state: FrameState, measure: AreaMeasure): BoardArea[] {
  return [...state]
    .filter(([code]) => code !== 'city')
    .map(([code, figures]) => plainArea(code, figures[COLUMN[measure]]));
}

/** The measure a campaign is about: the first that has a target. */
function measureOf(campaign: Campaign | null): AreaMeasure {
  if (!campaign) return 'events';
  const order: AreaMeasure[] = ['learners', 'events', 'minutes'];
  return order.find((measure) => campaign.targets[measure] !== null) ?? 'learners';
}

/** Days that can be replayed: of a campaign its own up to today. */
function DayChoice({
  campaign,
  day,
  change,
}: {
  campaign: Campaign | null;
  day: string | null;
  change: (day: string | null) => void;
}) {
  const { t, lang } = useWords();
  const today = dateOf(Date.now());
  if (!campaign) {
    return (
      <input
        type="date"
        aria-label={t('leader.replay.day')}
        max={today}
        value={day ?? today}
        onChange={(event) => event.target.value && change(event.target.value)}
        data-testid="replay-day"
      />
    );
  }
  const days: string[] = [];
  for (let at = dayStart(campaign.first_day); at <= dayStart(campaign.last_day); at += DAY_MS) {
    if (at <= Date.now()) days.push(dateOf(at));
  }
  return (
    <select
      aria-label={t('leader.replay.day')}
      value={day ?? ''}
      onChange={(event) => change(event.target.value || null)}
      data-testid="replay-day"
    >
      <option value="">{t('leader.replay.whole')}</option>
      {days.map((one) => (
        <option key={one} value={one}>
          {formatDay(lang, dayStart(one))}
        </option>
      ))}
    </select>
  );
}

function CopyLink() {
  const { t } = useWords();
  const [said, setSaid] = useState<string | null>(null);
  const copy = async () => {
    const written = await navigator.clipboard?.writeText(window.location.href).then(
      () => true,
      () => false,
    );
    setSaid(written ? t('leader.replay.copied') : window.location.href);
  };
  return (
    <>
      <button type="button" className="button small" onClick={() => void copy()} data-testid="copy-link">
        {t('leader.replay.copy')}
      </button>
      <span role="status">{said}</span>
    </>
  );
}

type PlayerProps = { campaign: Campaign | null; span: ReplaySpan; day: string | null };

/** One replay: a span of stored events at many times the clock, marked so that nobody takes it for live. */
function Player({ campaign, span, day }: PlayerProps) {
  const { t, lang } = useWords();
  const href = useHref();
  const search = useSearch();
  const asked = parseReplay(search, campaign !== null);
  const measure = asked.measure ?? measureOf(campaign);
  const [speed, setSpeed] = useState<number>(asked.speed);
  const start = useRef(asked.at_ms);
  const replay = useReplay(span, speed, start.current);
  const { position_ms, playing, state, last, done, frames, step_ms } = replay;

  const position = useRef(position_ms);
  position.current = position_ms;
  useEffect(() => {
    if (!replay.ready) return;
    const write = () => writeAddress({ at: toCityIso(Math.round(position.current / 1000) * 1000) });
    if (!playing) {
      write();
      return;
    }
    const timer = window.setInterval(write, WRITE_EVERY_MS);
    return () => window.clearInterval(timer);
  }, [playing, replay.ready]);

  const scale = useMemo(() => coloursOf(last && areasOfState(last, measure)), [last, measure]);
  const areas = useMemo(() => areasOfState(state, measure), [state, measure]);
  const colours = useMemo(() => {
    const now = coloursOf(areas);
    // Frames name what has happened: a ward that they do not name yet has nothing, not no figure.
    const unnamed = campaign && campaign.areas.length > 0 ? null : 0;
    // Classes are those of the end, so that a colour means the same all the way.
    return {
      ...now,
      scale: scale.scale,
      kind: 'value' as const,
      valueOf: last ? (code: string) => now.valueOf(code) ?? unnamed : scale.valueOf,
    };
  }, [areas, scale, last, campaign]);
  const rows = useMemo(
    () => [...areas].sort((a, b) => (b.value ?? -1) - (a.value ?? -1)).slice(0, ROWS),
    [areas],
  );
  const value = replay.ready ? (state.get('city')?.[COLUMN[measure]] ?? null) : undefined;
  const title = campaign ? (lang === 'vi' ? campaign.name_vi : campaign.name_en) : t('leader.replay.city');
  const seek = (frame: number) => {
    replay.seek(frame);
    writeAddress({ at: toCityIso(span.from_ms + frame * step_ms) });
  };
  const time = formatDateTime(lang, position_ms);
  return (
    <main
      id="main"
      tabIndex={-1}
      className="replay page"
      data-testid="replay"
      data-done={done}
      data-frames={frames}
    >
      <div className="replay-band" data-testid="replay-mark">
        <strong>{t('leader.replay.mark', { speed: String(speed) })}</strong>
        <span className="buttons">
          <DayChoice campaign={campaign} day={day} change={(next) => writeAddress({ day: next, at: null })} />
          <Link className="button small" href={href(livePath(campaign?.id ?? null))} data-testid="to-live">
            {t('leader.replay.leave')}
          </Link>
        </span>
      </div>
      <div className="leader-map">
        <MapPart colours={colours} feed={replay.feed} padding={PADDING} />
        <div className="replay-foot">
          <MapKey colours={colours} />
        </div>
      </div>
      <section className="replay-side" aria-label={title}>
        <h1>{title}</h1>
        {replay.error && <Failure error={replay.error} retry={replay.retry} />}
        <p className="replay-time" data-testid="replay-time">
          <time dateTime={toCityIso(position_ms)}>{time}</time>
        </p>
        <BigNumber value={value} measure={measure} />
        <p className="note">
          {t('leader.replay.since', { time: formatDateTime(lang, span.from_ms) })}
          {replay.as_of !== null &&
            ` · ${t('leader.replay.stored', { time: formatDateTime(lang, Date.parse(replay.as_of)) })}`}
        </p>
        <span className="choice-row">
          {AREA_MEASURES.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === measure}
              onClick={() => writeAddress({ measure: one })}
            >
              {t(`leader.unit.${one}`)}
            </button>
          ))}
        </span>
        <AreaRows areas={rows} before={NONE_BEFORE} measure={measure} label={t('leader.rank.wards')} />
      </section>
      <div className="replay-bar">
        <button
          type="button"
          className="button primary"
          disabled={!replay.ready}
          onClick={() => replay.play(!playing)}
          data-testid="play"
        >
          {t(playing ? 'leader.replay.pause' : 'leader.replay.play')}
        </button>
        <input
          type="range"
          min={0}
          max={Math.max(1, frames)}
          step={1}
          value={done}
          disabled={!replay.ready}
          aria-label={t('leader.replay.slider')}
          aria-valuetext={time}
          onChange={(event) => seek(Number(event.target.value))}
          data-testid="scrub"
        />
        <span className="buttons">
          <select
            aria-label={t('leader.replay.speed')}
            value={speed}
            onChange={(event) => {
              setSpeed(Number(event.target.value));
              writeAddress({ speed: event.target.value });
            }}
            data-testid="speed"
          >
            {SPEEDS.map((one) => (
              <option key={one} value={one}>
                {one}×
              </option>
            ))}
          </select>
          <CopyLink />
        </span>
      </div>
    </main>
  );
}

function useSpan(
  id: string | null,
): { campaign: Campaign | null; span: ReplaySpan; day: string | null } | null {
  const search = useSearch();
  const { day } = parseReplay(search, id !== null);
  const campaign = useCampaign(id ?? '', id !== null).data;
  return useMemo(() => {
    if (id !== null && !campaign) return null;
    const first = day ?? campaign?.first_day ?? dateOf(startOfCityDay(Date.now()));
    const last = day ?? campaign?.last_day ?? first;
    return {
      campaign: campaign ?? null,
      day,
      span: { id, from_ms: dayStart(first), to_ms: dayStart(last) + DAY_MS },
    };
  }, [id, campaign, day]);
}

/** Any day or the whole campaign again, from the stored events. */
export function ReplayPage({ id }: { id: string | null }) {
  const { t } = useWords();
  const { error, refetch } = useCampaign(id ?? '', id !== null);
  const chosen = useSpan(id);
  return (
    <>
      <Header />
      {chosen ? (
        // Another span is another replay.
        <Player key={`${chosen.span.from_ms} ${chosen.span.to_ms}`} {...chosen} />
      ) : (
        <main id="main" tabIndex={-1} className="page" aria-busy={error === null}>
          <div className="page-body">
            {error ? (
              <Failure error={error} retry={() => void refetch()} />
            ) : (
              <p className="skeleton">{t('state.loading')}</p>
            )}
          </div>
        </main>
      )}
    </>
  );
}
