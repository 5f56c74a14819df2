import { Route, Switch, useSearch } from 'wouter';
import { AREA_MEASURES, type AreaMeasure } from '../../../server/contract/campaign.ts';
import { Header } from '../shell/Header.tsx';
import { LeaderPage } from './LeaderPage.tsx';
import { LiveIndex } from './LiveIndex.tsx';
import { useLiveFleet } from './map/live-map.ts';
import { useLeaderFeed } from './model/use-leader-feed.ts';
import { useCampaignModel, useTodayModel } from './model/use-model.ts';
import { ReplayPage } from './replay/ReplayPage.tsx';
import { Wall } from './wall/Wall.tsx';

function useQueryOf(): { wall: boolean; measure: AreaMeasure | null } {
  const query = new URLSearchParams(useSearch());
  const measure = query.get('measure');
  return {
    wall: query.has('wall'),
    measure: AREA_MEASURES.find((known) => known === measure) ?? null,
  };
}

function CampaignLive({ id }: { id: string }) {
  const { wall, measure } = useQueryOf();
  const model = useCampaignModel(id, measure);
  if (wall) return <Wall model={model} />;
  return (
    <>
      <Header />
      <LeaderPage model={model} />
    </>
  );
}

function CityLive() {
  const { wall } = useQueryOf();
  const model = useTodayModel();
  if (wall) return <Wall model={model} />;
  return (
    <>
      <Header />
      <LiveIndex model={model} />
    </>
  );
}

/** What runs only where figures are live. */
function Live({ id }: { id: string | null }) {
  useLeaderFeed();
  useLiveFleet();
  return id === null ? <CityLive /> : <CampaignLive key={id} id={id} />;
}

/** How is it going, now? The city's day, a campaign, its wall, and its replay. */
export default function LeaderScreen() {
  return (
    <Switch>
      <Route path="/live/replay">
        <ReplayPage id={null} />
      </Route>
      <Route path="/live/:id/replay">{({ id }) => <ReplayPage key={id} id={id} />}</Route>
      <Route path="/live/:id">{({ id }) => <Live id={id} />}</Route>
      <Route>
        <Live id={null} />
      </Route>
    </Switch>
  );
}
