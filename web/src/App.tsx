import './App.css';
import './shell/Page.css';
import { lazy, type ReactNode, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { useWords } from './i18n/index.ts';
import { Header } from './shell/Header.tsx';
import { ScreenBoundary } from './shell/ScreenBoundary.tsx';
import { type Screen, screenOf } from './shell/screens.ts';
import { useTheme } from './theme.ts';

// Each screen is a bundle of its own: the map is not loaded to send a list, nor a spreadsheet to see the map.
const plannerScreen = () => import('./shell/PlannerScreen.tsx');
const PlannerScreen = lazy(plannerScreen);
const UploadPage = lazy(() => import('./upload/UploadPage.tsx'));
const RejectsPage = lazy(() => import('./rejects/RejectsPage.tsx'));
const SourcesPage = lazy(() => import('./sources/SourcesPage.tsx'));
const LeaderScreen = lazy(() => import('./leader/LeaderScreen.tsx'));
const CampaignsPage = lazy(() => import('./leader/campaigns/CampaignsPage.tsx'));
const SqlPage = lazy(() => import('./analyst/SqlPage.tsx'));
const MethodPage = lazy(() => import('./method/MethodPage.tsx'));

// The screen that most open is fetched while the page starts.
if (screenOf(window.location.pathname) === 'planner') void plannerScreen();

function Waiting() {
  const { t } = useWords();
  return (
    <main id="main" tabIndex={-1} className="page" aria-busy="true">
      <p className="hidden-text">{t('state.loading')}</p>
    </main>
  );
}

/** A screen below the header; the planner brings its own, with the day's counters. */
function screen(name: Screen, page: ReactNode) {
  return (
    <>
      <Header />
      {/* By its name, so that one screen's failure is not the next one's. */}
      <ScreenBoundary key={name}>
        <Suspense fallback={<Waiting />}>{page}</Suspense>
      </ScreenBoundary>
    </>
  );
}

/** The page: a header, and below it the screen that the address names. */
export function App() {
  const { t } = useWords();
  useTheme();
  return (
    <div className="app">
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <Switch>
        <Route path="/upload">{screen('upload', <UploadPage />)}</Route>
        <Route path="/rejects">{screen('rejects', <RejectsPage />)}</Route>
        <Route path="/sources">{screen('sources', <SourcesPage />)}</Route>
        <Route path="/live/*?">
          <ScreenBoundary key="live">
            <Suspense fallback={screen('live', <Waiting />)}>
              <LeaderScreen />
            </Suspense>
          </ScreenBoundary>
        </Route>
        <Route path="/campaigns">{screen('live', <CampaignsPage />)}</Route>
        <Route path="/sql">{screen('sql', <SqlPage />)}</Route>
        <Route path="/method">{screen('method', <MethodPage />)}</Route>
        <Route>
          <ScreenBoundary key="planner">
            <Suspense fallback={screen('planner', <Waiting />)}>
              <PlannerScreen />
            </Suspense>
          </ScreenBoundary>
        </Route>
      </Switch>
    </div>
  );
}
