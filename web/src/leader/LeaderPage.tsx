import './LeaderPage.css';
import '../shell/Page.css';
import { type ReactNode, useMemo, useState } from 'react';
import { Link } from 'wouter';
import { AREA_MEASURES } from '../../../server/contract/campaign.ts';
import { LeaderSql } from '../analyst/LeaderSql.tsx';
import { useAreas } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { usePhone } from '../media.ts';
import { Failure } from '../shell/Page.tsx';
import { formatDay, formatNumber, formatShare, formatTime } from '../text/format.ts';
import { coloursOf } from './map/colours.ts';
import { liveMapFeed } from './map/live-map.ts';
import { MapKey } from './map/MapKey.tsx';
import { MapPart } from './map/MapPart.tsx';
import { useAreaBook } from './model/areas.ts';
import { useMayAct, useRanksBefore } from './model/queries.ts';
import { livePath, useHref } from './model/use-href.ts';
import { useLeaderWords } from './model/use-leader-words.ts';
import type { LeaderModel } from './model/use-model.ts';
import { AlertList } from './parts/AlertList.tsx';
import { AreaRows } from './parts/AreaRows.tsx';
import { BigNumber } from './parts/BigNumber.tsx';
import { Calls } from './parts/Calls.tsx';
import { Curve } from './parts/Curve.tsx';
import { Expected } from './parts/Expected.tsx';
import { FreshAsOf } from './parts/FreshAsOf.tsx';
import { MomentList } from './parts/MomentList.tsx';
import { NotYet } from './parts/NotYet.tsx';
import { Pulse } from './parts/Pulse.tsx';
import { TargetBar } from './parts/TargetBar.tsx';
import { PictureButton } from './picture/PictureButton.tsx';

const MOMENTS = 12;
const PADDING = { top: 16, right: 16, bottom: 16, left: 16 };

function Head({ model }: { model: LeaderModel }) {
  const { t, lang } = useWords();
  const href = useHref();
  const may_edit = useMayAct('planner');
  const path = livePath(model.id);
  const progress = model.district_progress;
  return (
    <header className="leader-head">
      <div>
        <h1 className={model.title === undefined ? 'skeleton' : undefined}>{model.title}</h1>
        {progress && (
          <p>
            {t(`leader.state.${progress.state}`)} · {formatDay(lang, Date.parse(progress.from))}–
            {formatDay(lang, Date.parse(progress.to) - 1)}
          </p>
        )}
        <FreshAsOf as_of_ms={model.as_of_ms} lag_ms={model.lag_ms} stale={model.stale} />
      </div>
      <nav className="buttons" aria-label={t('leader.wall.nav')}>
        <span className="choice-row">
          {AREA_MEASURES.map((measure) => (
            <Link
              key={measure}
              href={href(path, { measure })}
              replace
              aria-current={measure === model.measure}
              data-testid={`measure-${measure}`}
            >
              {t(`leader.unit.${measure}`)}
            </Link>
          ))}
        </span>
        <Link
          className="button"
          href={href(path, { wall: '', measure: model.measure })}
          data-testid="to-wall"
        >
          {t('leader.wall.open')}
        </Link>
        <Link className="button" href={href(`${path}/replay`)} data-testid="to-replay">
          {t('leader.replay.open')}
        </Link>
        {may_edit && model.id !== null && (
          <Link className="button" href={href('/campaigns', { edit: model.id })}>
            {t('leader.edit')}
          </Link>
        )}
      </nav>
    </header>
  );
}

/** How final the figure is, what it comes to by the end, and how it compares with past weeks. */
function HowSure({ model }: { model: LeaderModel }) {
  const { baselineText, finalText, projectionText } = useLeaderWords();
  const { district_progress: progress, figure, measure } = model;
  if (!progress || !figure) return null;
  const said = [
    ['final', finalText(progress.final, figure, measure)],
    ['projection', progress.state === 'running' ? projectionText(figure, measure, progress.to) : null],
    ['baseline', baselineText(progress.baseline, measure)],
  ] as const;
  return (
    <>
      {said.map(
        ([name, text]) =>
          text !== null && (
            <p key={name} className="said" data-testid={name}>
              {text}
            </p>
          ),
      )}
    </>
  );
}

/** The big number against what was expected by now. */
function Hero({ model, children }: { model: LeaderModel; children?: ReactNode }) {
  const { t, lang } = useWords();
  const { figure, measure, stale } = model;
  return (
    <section className="part" aria-label={t('leader.hero')}>
      {stale.stale && stale.since !== null && (
        <p className="notice bad" data-testid="lost-since">
          {t('leader.lost', { time: formatTime(lang, stale.since) })}
        </p>
      )}
      <div>
        <BigNumber value={model.value} measure={measure} />
        {model.value != null && <LeaderSql model={model} measure={measure} />}
        {model.value !== undefined && (
          <Expected value={model.value} expected={model.expected} target={model.target} />
        )}
      </div>
      {model.value !== undefined && (
        <TargetBar
          value={model.value}
          expected={model.expected}
          target={model.target}
          met_at={figure?.met_at ?? null}
        />
      )}
      {children}
    </section>
  );
}

function OtherFigures({ model }: { model: LeaderModel }) {
  const { t, lang } = useWords();
  const city = model.district_progress?.city;
  if (!city) return null;
  const others = (['events', 'learners', 'minutes', 'wards'] as const).filter(
    (name) => name !== model.measure,
  );
  return (
    <dl className="small-figures">
      {others.map((name) => {
        const { value, target } = city[name];
        return (
          <div key={name}>
            <dd className="stale-grey">{value === null ? t('leader.hidden') : formatNumber(lang, value)}</dd>
            <dt>
              {t(`leader.unit.${name}`)} {value !== null && <LeaderSql model={model} measure={name} />}
              {target !== null &&
                value !== null &&
                ` · ${t('leader.of_target', { share: formatShare(lang, value / target) })}`}
            </dt>
          </div>
        );
      })}
    </dl>
  );
}

function MapBox({ model }: { model: LeaderModel }) {
  const { t, lang } = useWords();
  const { nameOf } = useAreaBook();
  const boundary = useAreas('ward').data?.boundary;
  const [pointed, setPointed] = useState<string | null>(null);
  const colours = useMemo(() => coloursOf(model.wards), [model.wards]);
  const area = model.wards?.find(({ code }) => code === pointed);
  const words = area && [
    nameOf(area.code),
    `${area.suppressed ? t('leader.hidden') : formatNumber(lang, area.value)} ${t(`leader.unit.${model.measure}`)}`,
    ...(area.expected_now === null
      ? []
      : [t('leader.expected', { n: formatNumber(lang, Math.round(area.expected_now)) })]),
  ];
  return (
    <section className="leader-map-box" aria-label={t('leader.map.label')}>
      <div className="leader-map">
        <MapPart
          colours={colours}
          feed={liveMapFeed}
          padding={PADDING}
          pointed={setPointed}
          marked={pointed}
        />
      </div>
      <MapKey colours={colours} />
      <p className="leader-caption">
        {words ? words.join(' · ') : boundary === 'schematic' ? t('schematic.band') : ''}
      </p>
    </section>
  );
}

function Ranking({ model }: { model: LeaderModel }) {
  const { t } = useWords();
  const [level, setLevel] = useState<'district' | 'ward'>('district');
  const wards_before = useRanksBefore(level === 'ward' ? model.ward_progress : undefined);
  const areas = level === 'ward' ? model.wards : model.districts;
  return (
    <section className="part" aria-labelledby="ranking">
      <div className="part-head">
        <h2 id="ranking">{t('leader.rank.title')}</h2>
        <span className="choice-row">
          {(['district', 'ward'] as const).map((one) => (
            <button key={one} type="button" aria-pressed={one === level} onClick={() => setLevel(one)}>
              {t(`leader.rank.${one}s`)}
            </button>
          ))}
        </span>
      </div>
      {areas === undefined ? (
        <p className="skeleton"> </p>
      ) : (
        <section
          className="area-scroll"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
          tabIndex={0}
          aria-label={t('leader.rank.title')}
        >
          <AreaRows
            areas={areas}
            before={level === 'ward' ? wards_before : model.ranks_before}
            measure={model.measure}
            label={t(`leader.rank.${level}s`)}
          />
        </section>
      )}
      <p className="note">{t('leader.rank.about')}</p>
    </section>
  );
}

/** Whom to call: the districts furthest behind. */
function CallPart({ model }: { model: LeaderModel }) {
  const { t } = useWords();
  return (
    <section className="part" aria-labelledby="calls">
      <h2 id="calls">{t('leader.calls.title')}</h2>
      <Calls model={model} />
    </section>
  );
}

/** A campaign as a leader reads it at a desk or on the road: the number first, then whom to call, then everything else. */
export function LeaderPage({ model }: { model: LeaderModel }) {
  const { t } = useWords();
  const phone = usePhone();
  const may_see_alerts = useMayAct('leader');
  const progress = model.district_progress;
  if (model.error) {
    return (
      <main id="main" tabIndex={-1} className="page">
        <div className="page-body">
          <Failure error={model.error} retry={model.retry} />
        </div>
      </main>
    );
  }
  return (
    <main
      id="main"
      tabIndex={-1}
      className={`page ${model.stale.stale ? 'stale' : ''}`}
      data-testid="leader"
      data-stale={model.stale.stale}
    >
      <div className="leader">
        <Head model={model} />
        <div className="leader-column">
          <Hero model={model}>{!phone && <HowSure model={model} />}</Hero>
          {progress && (
            <section className="part">
              <Curve progress={progress} />
            </section>
          )}
          {phone && <CallPart model={model} />}
          {phone && progress && (
            <section className="part" aria-label={t('leader.how_sure')}>
              <HowSure model={model} />
            </section>
          )}
          <section className="part" aria-label={t('leader.pulse.label')}>
            <Pulse minutes={model.minutes} per_min={model.per_min} />
            <OtherFigures model={model} />
          </section>
          {!phone && <CallPart model={model} />}
          <section className="part" aria-labelledby="moments">
            <h2 id="moments">{t('leader.moment.title')}</h2>
            <MomentList moments={model.moments} most={MOMENTS} />
          </section>
        </div>
        <div className="leader-column">
          <MapBox model={model} />
          <div className="leader-pair">
            <Ranking model={model} />
            <div className="leader-column">
              {progress && (
                <section className="part" aria-labelledby="not-yet">
                  <h2 id="not-yet">{t('leader.not_yet.title')}</h2>
                  <NotYet wards={progress.wards} />
                </section>
              )}
              {may_see_alerts && (
                <section className="part" aria-labelledby="alerts">
                  <h2 id="alerts">{t('leader.alert.title')}</h2>
                  <AlertList />
                </section>
              )}
            </div>
          </div>
        </div>
        <div className="picture-bar">
          <PictureButton model={model} />
        </div>
      </div>
    </main>
  );
}
