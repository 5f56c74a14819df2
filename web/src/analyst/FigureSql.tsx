import type { Level } from '../../../server/contract/area.ts';
import { useQuestion } from '../figures/use-figures.ts';
import { useView } from '../state.ts';
import { type FigureQuestion, OpenSql, type SqlFigure, sqlAddress, useMayAsk } from './OpenSql.tsx';

function questionOf(
  { bounds, ...filters }: ReturnType<typeof useQuestion>,
  figure: SqlFigure,
  area: string | null,
): FigureQuestion {
  // Today's counters know neither window nor group: they are of the day that runs.
  if (figure.startsWith('live_')) return { figure, area, level: filters.level, source: filters.source };
  return { ...filters, from: bounds.from, to: bounds.to, figure, area };
}

/** The way to the SQL of one of the planner's figures, under the filters as they stand. `area` null: the city. */
export function FigureSql({
  figure,
  level,
  area,
  what,
}: {
  figure: SqlFigure;
  level: Level;
  area: string | null;
  what: string;
}) {
  return <OpenSql {...questionOf(useQuestion(level), figure, area)} what={what} />;
}

/** Addresses of the SQL of many figures at once, for lists and tables; null where there is none. */
export function useSqlAddress(level: Level): (figure: SqlFigure, area: string | null) => string | null {
  const question = useQuestion(level);
  const may = useMayAsk();
  const lang = useView((view) => view.lang);
  const theme = useView((view) => view.theme);
  return (figure, area) => (may ? sqlAddress(questionOf(question, figure, area), lang, theme) : null);
}
