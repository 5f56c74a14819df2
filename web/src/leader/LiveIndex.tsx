import './LeaderPage.css';
import './LiveIndex.css';
import '../shell/Page.css';
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { Campaign } from '../../../server/contract/campaign.ts';
import { LeaderSql } from '../analyst/LeaderSql.tsx';
import { useAreas } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { Failure } from '../shell/Page.tsx';
import { formatDay, formatNumber, formatTime } from '../text/format.ts';
import { dayStart } from '../text/window.ts';
import { coloursOf } from './map/colours.ts';
import { liveMapFeed } from './map/live-map.ts';
import { MapKey } from './map/MapKey.tsx';
import { MapPart } from './map/MapPart.tsx';
import { useCampaigns, useMayAct, useTodayCity } from './model/queries.ts';
import { livePath, useHref } from './model/use-href.ts';
import type { LeaderModel } from './model/use-model.ts';
import { AlertList } from './parts/AlertList.tsx';
import { AreaRows } from './parts/AreaRows.tsx';
import { BigNumber } from './parts/BigNumber.tsx';
import { FreshAsOf } from './parts/FreshAsOf.tsx';
import { Pulse } from './parts/Pulse.tsx';
import { PictureButton } from './picture/PictureButton.tsx';

const PADDING = { top: 16, right: 16, bottom: 16, left: 16 };
const NONE_BEFORE: ReadonlyMap<string, number | null> = new Map();

/** Campaigns as cards, those that run first. */
function Cards({ campaigns }: { campaigns: readonly Campaign[] }) {
  const { t, lang } = useWords();
  const href = useHref();
  const order = ['running', 'planned', 'ended'] as const;
  const sorted = [...campaigns].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  return (
    <ul className="campaign-cards" data-testid="campaign-cards">
      {sorted.map((campaign) => (
        <li key={campaign.id}>
          <Link
            className="campaign-card"
            href={href(livePath(campaign.id))}
            data-testid={`card-${campaign.id}`}
          >
            <strong>{lang === 'vi' ? campaign.name_vi : campaign.name_en}</strong>
            <small>
              {t(`leader.state.${campaign.state}`)} · {formatDay(lang, dayStart(campaign.first_day))}–
              {formatDay(lang, dayStart(campaign.last_day))}
            </small>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** The city's day, and the campaigns to watch. */
export function LiveIndex({ model }: { model: LeaderModel }) {
  const { t, lang } = useWords();
  const href = useHref();
  const campaigns = useCampaigns();
  const may_edit = useMayAct('planner');
  const may_see_alerts = useMayAct('leader');
  const learners = useTodayCity().data?.city.learners;
  const boundary = useAreas('ward').data?.boundary;
  const colours = useMemo(() => coloursOf(model.wards), [model.wards]);
  const { stale } = model;
  return (
    <main
      id="main"
      tabIndex={-1}
      className={`page ${stale.stale ? 'stale' : ''}`}
      data-testid="live-index"
      data-stale={stale.stale}
    >
      <div className="leader">
        <header className="leader-head">
          <div>
            <h1>{t('leader.today')}</h1>
            <FreshAsOf as_of_ms={model.as_of_ms} lag_ms={model.lag_ms} stale={stale} />
          </div>
          <nav className="buttons" aria-label={t('leader.wall.nav')}>
            <Link className="button" href={href('/live', { wall: '' })} data-testid="to-wall">
              {t('leader.wall.open')}
            </Link>
            <Link className="button" href={href('/live/replay')} data-testid="to-replay">
              {t('leader.replay.open')}
            </Link>
            {may_edit && (
              <Link className="button" href={href('/campaigns')} data-testid="to-campaigns">
                {t('leader.campaigns')}
              </Link>
            )}
          </nav>
        </header>
        <div className="leader-column">
          <section className="part" aria-label={t('leader.hero')}>
            {stale.stale && stale.since !== null && (
              <p className="notice bad" data-testid="lost-since">
                {t('leader.lost', { time: formatTime(lang, stale.since) })}
              </p>
            )}
            <BigNumber value={model.value} measure="events" unit={t('leader.today_unit')} />
            {model.value != null && <LeaderSql model={model} measure="events" />}
            <dl className="small-figures">
              <div>
                <dd className={learners === undefined ? 'skeleton' : 'stale-grey'}>
                  {learners === undefined ? ' ' : formatNumber(lang, learners)}
                </dd>
                <dt>
                  {t('leader.unit.learners')}{' '}
                  {learners != null && <LeaderSql model={model} measure="learners" />}
                </dt>
              </div>
            </dl>
          </section>
          <section className="part" aria-label={t('leader.pulse.label')}>
            <Pulse minutes={model.minutes} per_min={model.per_min} campaign={false} />
          </section>
          <section className="part" aria-labelledby="campaigns">
            <h2 id="campaigns">{t('leader.campaigns')}</h2>
            {campaigns.error && !campaigns.data ? (
              <Failure error={campaigns.error} retry={() => void campaigns.refetch()} />
            ) : campaigns.data === undefined ? (
              <p className="skeleton"> </p>
            ) : campaigns.data.length === 0 ? (
              <p className="note">{t(may_edit ? 'leader.none_yet' : 'leader.none_public')}</p>
            ) : (
              <Cards campaigns={campaigns.data} />
            )}
          </section>
        </div>
        <div className="leader-column">
          <section className="leader-map-box" aria-label={t('leader.map.label')}>
            <div className="leader-map">
              <MapPart colours={colours} feed={liveMapFeed} padding={PADDING} />
            </div>
            <MapKey colours={colours} />
            {boundary === 'schematic' && <p className="leader-caption">{t('schematic.band')}</p>}
          </section>
          <div className="leader-pair">
            <section className="part" aria-labelledby="ranking">
              <h2 id="ranking">{t('leader.rank.districts')}</h2>
              {model.districts === undefined ? (
                <p className="skeleton"> </p>
              ) : (
                <AreaRows
                  areas={model.districts}
                  before={NONE_BEFORE}
                  measure="events"
                  label={t('leader.rank.districts')}
                />
              )}
            </section>
            {may_see_alerts && (
              <section className="part" aria-labelledby="alerts">
                <h2 id="alerts">{t('leader.alert.title')}</h2>
                <AlertList />
              </section>
            )}
          </div>
        </div>
        <div className="picture-bar">
          <PictureButton model={model} />
        </div>
      </div>
    </main>
  );
}
