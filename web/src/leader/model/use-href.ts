import { useView } from '../../state.ts';

/** Addresses of the leader's pages, with language and theme as they are chosen. */
export function useHref(): (path: string, query?: Record<string, string>) => string {
  const lang = useView((view) => view.lang);
  const theme = useView((view) => view.theme);
  return (path, query = {}) => {
    const all = new URLSearchParams(query);
    if (lang !== 'vi') all.set('lang', lang);
    if (theme !== null) all.set('theme', theme);
    const text = all.toString();
    return text === '' ? path : `${path}?${text}`;
  };
}

/** Where a campaign is watched; null is the city's day. */
export function livePath(id: string | null): string {
  return id === null ? '/live' : `/live/${encodeURIComponent(id)}`;
}
