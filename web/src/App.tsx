import './App.css';
import { useWords } from './i18n/index.ts';
import { useLiveFeed } from './live/use-live.ts';
import { PlannerPage } from './planner/PlannerPage.tsx';
import { Header } from './shell/Header.tsx';
import { KeysDialog } from './shell/KeysDialog.tsx';
import { useKeys } from './shell/use-keys.ts';
import { useTheme } from './theme.ts';

/** The page: header above, the planner's map below. */
export function App() {
  const { t } = useWords();
  useTheme();
  useKeys();
  useLiveFeed();
  return (
    <div className="app">
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <Header />
      <PlannerPage />
      <KeysDialog />
    </div>
  );
}
