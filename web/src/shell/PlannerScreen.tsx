import { lazy, Suspense } from 'react';
import { useLiveFeed } from '../live/use-live.ts';
import { PlannerPage } from '../planner/PlannerPage.tsx';
import { useView } from '../state.ts';
import { AsOf } from './AsOf.tsx';
import { Header } from './Header.tsx';
import { KeysDialog } from './KeysDialog.tsx';
import { TodayCounters } from './TodayCounters.tsx';
import { useKeys } from './use-keys.ts';

const PlanSheet = lazy(() => import('../planner/siting/PlanSheet.tsx'));

function Planner() {
  useKeys();
  return (
    <>
      <Header counters={<TodayCounters />} fresh={<AsOf />} />
      <PlannerPage />
      <KeysDialog />
    </>
  );
}

/** The planner with what only it needs: the live feed, today's counters, its keys; or a plan of it as a page to print. */
export default function PlannerScreen() {
  useLiveFeed();
  const print = useView((view) => view.print && view.mode === 'siting');
  if (!print) return <Planner />;
  return (
    <Suspense fallback={<main id="main" tabIndex={-1} className="page" aria-busy="true" />}>
      <PlanSheet />
    </Suspense>
  );
}
