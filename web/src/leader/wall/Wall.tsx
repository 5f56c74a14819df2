import './Wall.css';
import { useMemo } from 'react';
import { Link } from 'wouter';
import { useAreas } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { drawnAreas } from '../../map/drawn-areas.ts';
import { Failure } from '../../shell/Page.tsx';
import { formatDay, formatNumber, formatShare, formatTime } from '../../text/format.ts';
import { coloursOf } from '../map/colours.ts';
import { liveMapFeed } from '../map/live-map.ts';
import { MapKey } from '../map/MapKey.tsx';
import { MapPart } from '../map/MapPart.tsx';
import { useAreaBook } from '../model/areas.ts';
import type { BoardArea } from '../model/board.ts';
import { livePath, useHref } from '../model/use-href.ts';
import type { LeaderModel } from '../model/use-model.ts';
import { AreaRows } from '../parts/AreaRows.tsx';
import { BigNumber } from '../parts/BigNumber.tsx';
import { Expected } from '../parts/Expected.tsx';
import { FreshAsOf } from '../parts/FreshAsOf.tsx';
import { MomentList } from '../parts/MomentList.tsx';
import { Pulse } from '../parts/Pulse.tsx';
import { TargetBar } from '../parts/TargetBar.tsx';
import { useTour } from './tour.ts';
import {
  toggleFullscreen,
  useFullscreenKey,
  useIdle,
  useNightTheme,
  useWakeLock,
} from './use-wall-screen.ts';

/** Rows of the ranking: the day of the city has no moments below it. */
const ROWS = 5;
const ROWS_OF_DAY = 10;
const MOMENTS = 5;
/** Names, points and vehicles as large as they must be to be read from five metres. */
const MAGNIFIED = 1.8;
/** Room that the title and what stands below takes of the map, of its height. */
const TITLE_SHARE = 0.12;
const FOOT_SHARE = 0.18;

function TourCaption({ area, model }: { area: BoardArea; model: LeaderModel }) {
  const { t, lang } = useWords();
  const { nameOf } = useAreaBook();
  const of_city = area.value !== null && model.value ? area.value / model.value : null;
  const figures = [
    {
      name: t(`leader.unit.${model.measure}`),
      text: area.suppressed ? t('leader.hidden') : formatNumber(lang, area.value),
    },
    area.expected_now !== null
      ? { name: t('leader.tour.expected'), text: formatNumber(lang, Math.round(area.expected_now)) }
      : { name: t('leader.tour.of_city'), text: formatShare(lang, of_city, 1) },
    ...(area.share === null
      ? []
      : [{ name: t('leader.tour.share'), text: formatShare(lang, area.share, area.share < 0.1 ? 1 : 0) }]),
  ];
  return (
    <section className="wall-tour" data-testid="tour" data-code={area.code}>
      <h2>{nameOf(area.code)}</h2>
      <dl>
        {figures.map(({ name, text }) => (
          <div key={name}>
            <dd className="stale-grey">{text}</dd>
            <dt>{name}</dt>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Which day of the campaign this is: `Ngày 3/7 · 16/11–22/11`. */
function DayOf({ model }: { model: LeaderModel }) {
  const { t, lang } = useWords();
  const progress = model.district_progress;
  if (!progress) return null;
  const [from, to] = [Date.parse(progress.from), Date.parse(progress.to)];
  const days = Math.round((to - from) / 86_400_000);
  const day = Math.min(days, Math.floor((Date.now() - from) / 86_400_000) + 1);
  const span = `${formatDay(lang, from)}–${formatDay(lang, to - 1)}`;
  return (
    <p>
      {progress.state === 'running'
        ? t('leader.day_of', { day, days, span })
        : `${t(`leader.state.${progress.state}`)} · ${span}`}
    </p>
  );
}

/** The figures beside the wall's map. */
function Side({
  model,
  rows,
  current,
}: {
  model: LeaderModel;
  rows: readonly BoardArea[];
  current: string | null;
}) {
  const { t, lang } = useWords();
  const { stale, measure } = model;
  const campaign = model.id !== null;
  return (
    <aside className="wall-side">
      {stale.stale && stale.since !== null && (
        <p className="wall-lost" data-testid="lost-since">
          {t('leader.lost', { time: formatTime(lang, stale.since) })}
        </p>
      )}
      <div>
        <BigNumber
          value={model.value}
          measure={measure}
          {...(campaign ? {} : { unit: t('leader.today_unit') })}
        />
        {campaign && model.value !== undefined && (
          <Expected value={model.value} expected={model.expected} target={model.target} />
        )}
      </div>
      {model.value !== undefined && (
        <TargetBar
          value={model.value}
          expected={model.expected}
          target={model.target}
          met_at={model.figure?.met_at ?? null}
        />
      )}
      <Pulse minutes={model.minutes} per_min={model.per_min} campaign={campaign} />
      <AreaRows
        areas={rows}
        before={model.ranks_before}
        measure={measure}
        label={t('leader.rank.districts')}
        current={current}
        short
      />
      {campaign && (
        <div className="wall-moments" aria-live="polite">
          <MomentList moments={model.moments} most={MOMENTS} />
        </div>
      )}
    </aside>
  );
}

/** Full screen, read from five metres, no mouse needed. */
export function Wall({ model }: { model: LeaderModel }) {
  const { t } = useWords();
  const href = useHref();
  useNightTheme();
  useWakeLock();
  useFullscreenKey();
  const idle = useIdle();
  const drawn = useAreas('district').data;
  const boundary = useAreas('ward').data?.boundary;
  const { districts, wards } = model;
  const colours = useMemo(() => coloursOf(wards), [wards]);
  const padding = useMemo(() => {
    const { innerHeight } = window;
    return { top: TITLE_SHARE * innerHeight, right: 24, bottom: FOOT_SHARE * innerHeight, left: 24 };
  }, []);
  const codes = useMemo(() => (districts ?? []).map(({ code }) => code), [districts]);
  const code = useTour(codes);
  const current = districts?.find((district) => district.code === code) ?? null;
  const goal = useMemo(
    () => (code !== null && drawn ? (drawnAreas(drawn).box_by_code.get(code) ?? null) : null),
    [code, drawn],
  );
  // The rows on show are those about the district on show.
  const shown = model.id === null ? ROWS_OF_DAY : ROWS;
  const first = code === null ? 0 : Math.floor(Math.max(0, codes.indexOf(code)) / shown) * shown;
  const rows = useMemo(() => (districts ?? []).slice(first, first + shown), [districts, first, shown]);
  return (
    <main
      id="main"
      tabIndex={-1}
      className={`wall ${idle ? 'idle' : ''} ${model.stale.stale ? 'stale' : ''}`}
      data-testid="wall"
      data-stale={model.stale.stale}
    >
      <div className="wall-map">
        <div className="leader-map">
          <MapPart colours={colours} feed={liveMapFeed} padding={padding} magnified={MAGNIFIED} goal={goal} />
        </div>
        <header className="wall-title">
          <h1 className={model.title === undefined ? 'skeleton' : undefined}>{model.title ?? '…'}</h1>
          <DayOf model={model} />
        </header>
        <div className="wall-bottom">
          {current && <TourCaption area={current} model={model} />}
          <footer className="wall-foot">
            <FreshAsOf as_of_ms={model.as_of_ms} lag_ms={model.lag_ms} stale={model.stale} />
            <MapKey colours={colours} />
            {boundary === 'schematic' && <p className="map-key">{t('schematic.band')}</p>}
          </footer>
        </div>
        <nav className="wall-leave" aria-label={t('leader.wall.nav')}>
          <button type="button" className="button" onClick={toggleFullscreen}>
            {t('leader.wall.full')}
          </button>
          <Link className="button" href={href(livePath(model.id))}>
            {t('leader.wall.leave')}
          </Link>
        </nav>
      </div>
      {model.error ? (
        <aside className="wall-side page">
          <Failure error={model.error} retry={model.retry} />
        </aside>
      ) : (
        <Side model={model} rows={rows} current={code} />
      )}
    </main>
  );
}
