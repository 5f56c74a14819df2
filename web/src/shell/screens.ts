import { DEFAULT_VIEW, type View, writeView } from '../url-state.ts';

/** The page's screens in the order in which the navigation names them. */
export const SCREENS = [
  { name: 'planner', path: '/' },
  { name: 'live', path: '/live' },
  { name: 'sql', path: '/sql' },
  { name: 'upload', path: '/upload' },
  { name: 'rejects', path: '/rejects' },
  { name: 'sources', path: '/sources' },
  { name: 'method', path: '/method' },
] as const;
export type Screen = (typeof SCREENS)[number]['name'];

/** The screen of a path or of one below it; everything that is no screen of its own is the planner's. */
export function screenOf(path: string): Screen {
  // Campaigns are made where they are watched.
  if (path === '/campaigns') return 'live';
  const found = SCREENS.find((screen) => path === screen.path || path.startsWith(`${screen.path}/`));
  return found?.name ?? 'planner';
}

/** The address of a screen: the planner's with the view as it was left, the others with language and theme alone. */
export function addressOf(screen: Screen, view: View): string {
  const path = SCREENS.find(({ name }) => name === screen)?.path ?? '/';
  return (
    path + writeView(screen === 'planner' ? view : { ...DEFAULT_VIEW, lang: view.lang, theme: view.theme })
  );
}
