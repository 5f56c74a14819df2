import './OpenSql.css';
import type { MouseEvent } from 'react';
import { useStatus } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { useView } from '../state.ts';

/** Figures whose SQL the service can give (`GET /api/v1/sql-of`). */
export type SqlFigure =
  | 'events'
  | 'learners'
  | 'minutes'
  | 'headcount'
  | 'rate'
  | 'rate_low'
  | 'rate_high'
  | 'rate_eb'
  | 'unreached'
  | 'fallback_share'
  | 'linkable_share'
  | 'id_share'
  | 'population'
  | 'density_per_km2'
  | 'live_events'
  | 'live_learners'
  | 'live_minutes';

/** Which figure of which area and window; what is null or left out has the service's default. */
export type FigureQuestion = {
  figure: SqlFigure;
  level?: string | null;
  /** null: the city. */
  area?: string | null;
  from?: string | null;
  to?: string | null;
  source?: string | null;
  group?: string | null;
  programme?: string | null;
  division?: string | null;
  basis?: string | null;
};

const ASKERS = ['analyst', 'operator', 'admin'];
/** With a filter only these are counted from events; a rate of a filter has no statement of its own. */
const FILTERED: readonly SqlFigure[] = [
  'events',
  'minutes',
  'headcount',
  'live_events',
  'live_learners',
  'live_minutes',
];

/** Whether the caller may ask in SQL. */
export function useMayAsk(): boolean {
  const role = useStatus().data?.role ?? null;
  return role !== null && ASKERS.includes(role);
}

/** The address of the workbench with the SQL of a figure; null where there is none. */
export function sqlAddress(question: FigureQuestion, lang: string, theme: string | null): string | null {
  const { source, group, programme, basis, figure } = question;
  const filtered = Boolean(source || group || programme);
  if (filtered && !FILTERED.includes(figure) && !(figure === 'learners' && basis === 'place')) return null;
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(question)) if (value) search.set(key, value);
  if (lang !== 'vi') search.set('lang', lang);
  if (theme) search.set('theme', theme);
  return `/sql?${search}`;
}

/**
 * From a figure to the SQL behind it; `what` names the figure for who cannot see where it stands. Nothing for those who
 * may not ask, nor where a figure has no statement.
 */
export function OpenSql({ what, ...question }: FigureQuestion & { what: string }) {
  const { t, lang } = useWords();
  const may = useMayAsk();
  const theme = useView((view) => view.theme);
  if (!may) return null;
  const address = sqlAddress(question, lang, theme);
  if (address === null) return null;
  return <SqlLink address={address} label={t('open_sql', { what })} figure={question.figure} />;
}

/** Follows a link within the page; with a modifier it is the browser's. Made for lists of hundreds of plain links. */
export function followHere(event: MouseEvent): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>('a.open-sql, a.cell-sql');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) return;
  event.preventDefault();
  window.history.pushState(null, '', link.href);
}

/** The link itself, where its address is known. `tabIndex` follows a list whose rows share one stop of the Tab key. */
export function SqlLink({
  address,
  label,
  figure,
  tabIndex = 0,
}: {
  address: string;
  label: string;
  figure: SqlFigure;
  tabIndex?: number;
}) {
  return (
    <a
      className="open-sql"
      onClick={followHere}
      href={address}
      tabIndex={tabIndex}
      title={label}
      data-testid="open-figure-sql"
      data-figure={figure}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M5.5 4.500L2 8l3.500 3.500M10.500 4.500L14 8l-3.500 3.500M9 3L7 13" />
      </svg>
      <span className="hidden-text">{label}</span>
    </a>
  );
}
