import { useLiveFeed } from '../live/use-live.ts';
import { PlannerPage } from '../planner/PlannerPage.tsx';
import { AsOf } from './AsOf.tsx';
import { Header } from './Header.tsx';
import { KeysDialog } from './KeysDialog.tsx';
import { TodayCounters } from './TodayCounters.tsx';
import { useKeys } from './use-keys.ts';

/** The planner with what only it needs: the live feed, today's counters, its keys. */
export default function PlannerScreen() {
  useKeys();
  useLiveFeed();
  return (
    <>
      <Header counters={<TodayCounters />} fresh={<AsOf />} />
      <PlannerPage />
      <KeysDialog />
    </>
  );
}
