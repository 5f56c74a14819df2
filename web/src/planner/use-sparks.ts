import { useMemo } from 'react';
import type { Level } from '../../../server/contract/area.ts';
import { toCityIso } from '../../../server/contract/time.ts';
import { useAreaActivity } from '../api/queries.ts';
import { useToday } from '../clock.ts';
import { useQuestion } from '../figures/use-figures.ts';
import { sparkPath } from './spark.ts';

const NONE: ReadonlyMap<string, string> = new Map();

type Question = ReturnType<typeof useQuestion>;

/** The window without today: a day that is still running would let every line fall at its end. */
function useClosedDays(question: Question): Question {
  const today = useToday();
  const { bounds } = question;
  const closed = useMemo(
    () => (bounds.live ? { ...bounds, to: toCityIso(today), days: bounds.days - 1, live: false } : bounds),
    [bounds, today],
  );
  return { ...question, bounds: closed };
}

/** The activity of every area over the window as a small line each, by code; empty for a single day. */
export function useSparks(level: Level): ReadonlyMap<string, string> {
  const question = useClosedDays(useQuestion(level));
  const { data } = useAreaActivity(question, true);
  return useMemo(
    () =>
      data?.level === level ? new Map(data.areas.map(({ code, events }) => [code, sparkPath(events)])) : NONE,
    [data, level],
  );
}
