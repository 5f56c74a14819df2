import type { Level } from '../contract/area.ts';
import type { Basis } from '../contract/coverage.ts';
import type { DivisionId, LearnerGroup, Source } from '../contract/event.ts';
import { DAY_MS, HOUR_MS, toCityIso } from '../contract/time.ts';
import { cityDate } from './window.ts';

const WEEK_MS = 7 * DAY_MS;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** One side of a comparison; times are epoch ms, `from_ms` inclusive, `to_ms` exclusive. */
export type ComparedWindow = {
  from_ms: number;
  to_ms: number;
  division: DivisionId;
  level: Level;
  basis?: Basis | undefined;
  source?: Source | undefined;
  group?: LearnerGroup | undefined;
  programme?: string | undefined;
};

/** Whether two windows' rates may be put side by side; if not, what differs and why that matters, in words. */
export type Comparability =
  | { comparable: true }
  | { comparable: false; reason: IncomparableReason; detail: string };
export type IncomparableReason = 'division' | 'level' | 'filter' | 'length' | 'weekdays';

const FILTERS = ['basis', 'source', 'group', 'programme'] as const;

/**
 * Rates of two windows are compared only when they speak of the same areas, were filtered alike, are equally long and
 * hold the same hours of the same weekdays: a longer window counts more distinct learners, and a weekend fewer. Whole
 * weeks hold the same weekdays wherever they start. Any window can be read in either division, so two divisions never
 * need to be compared.
 */
export function compareWindows(a: ComparedWindow, b: ComparedWindow): Comparability {
  if (a.division !== b.division)
    return refuse(
      'division',
      `the areas differ: division ${a.division} and ${b.division}; read both in one division`,
    );
  if (a.level !== b.level)
    return refuse('level', `the areas differ: level ${a.level} and ${b.level}; read both at one level`);
  for (const field of FILTERS) {
    if (a[field] === b[field]) continue;
    return refuse('filter', `${field} differs: ${a[field] ?? 'none'} and ${b[field] ?? 'none'}`);
  }
  const length_ms = a.to_ms - a.from_ms;
  if (length_ms !== b.to_ms - b.from_ms)
    return refuse(
      'length',
      `one is ${inWords(length_ms)} long, the other ${inWords(b.to_ms - b.from_ms)}: a longer window counts more ` +
        'distinct learners',
    );
  if (length_ms % WEEK_MS !== 0 && (b.from_ms - a.from_ms) % WEEK_MS !== 0)
    return refuse(
      'weekdays',
      `one starts on ${weekdayAndHour(a.from_ms)}, the other on ${weekdayAndHour(b.from_ms)}: they do not hold the ` +
        'same hours of the same weekdays',
    );
  return { comparable: true };
}

function refuse(reason: IncomparableReason, detail: string): Comparability {
  return { comparable: false, reason, detail };
}

function inWords(length_ms: number): string {
  const days = Math.floor(length_ms / DAY_MS);
  const hours = Math.round((length_ms % DAY_MS) / HOUR_MS);
  const parts = [
    ...(days > 0 ? [`${days} day${days === 1 ? '' : 's'}`] : []),
    ...(hours > 0 ? [`${hours} hour${hours === 1 ? '' : 's'}`] : []),
  ];
  return parts.join(' ') || '0 hours';
}

function weekdayAndHour(ms: number): string {
  const weekday = WEEKDAYS[new Date(`${cityDate(ms)}T00:00:00Z`).getUTCDay()] ?? '';
  return `${weekday} ${toCityIso(ms).slice(11, 16)}`;
}
