/** When something is open in an ordinary week of the city's time. */
export type OpenWeek = {
  /** Open spans in minutes since Monday 00:00, in order, not touching one another, within 0 … 10,080. */
  spans: readonly (readonly [from_min: number, to_min: number])[];
  /** Open hours a week. */
  hours_week: number;
  /** Open hours by weekday, Monday first. */
  hours_by_weekday: readonly number[];
};

/** Opening hours that this reader does not understand, with the part that stopped it. */
export type UnreadHours = { unread: string };

const DAYS = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'];
const DAY_MIN = 1440;
const WEEK_MIN = 7 * DAY_MIN;

const DAY = '(?:Mo|Tu|We|Th|Fr|Sa|Su)';
const DAY_LIST = new RegExp(`^${DAY}(?:\\s*-\\s*${DAY})?(?:\\s*,\\s*${DAY}(?:\\s*-\\s*${DAY})?)*`);
const SPAN = '\\d{1,2}:\\d{2}\\s*-\\s*\\d{1,2}:\\d{2}';
const SPAN_LIST = new RegExp(`^${SPAN}(?:\\s*,\\s*${SPAN})*`);
/** Rules of public or school holidays say nothing about an ordinary week. */
const HOLIDAY_RULE = /^(?:PH|SH)(?:\s*,\s*(?:PH|SH))*(?:\s|$)/;

/**
 * The ordinary week of opening hours as OpenStreetMap writes them: `Mo-Fr 08:00-11:30,13:30-21:00; Sa,Su 08:00-17:00;
 * PH off`, `24/7`, `08:00-20:00`, `Fr-Mo 20:00-02:00`, `Mo-Su 07:00-21:00; We off`, `Mo-Fr 08:00-12:00, Sa 08:00-11:00`.
 * A later rule replaces the days it names, one after a comma adds to them; rules of holidays are passed over. Seasons,
 * numbered weekdays, sunrise, open ends and comments change from week to week or cannot be counted: `{unread}`.
 * Source: wiki.openstreetmap.org/wiki/Key:opening_hours/specification.
 */
export function readOpeningHours(text: string): OpenWeek | UnreadHours {
  const days: Span[][] = DAYS.map(() => []);
  for (const rule of text.trim().replace(/;\s*$/, '').split(';')) {
    const failed = applyRule(days, rule.trim());
    if (failed !== undefined) return { unread: failed };
  }
  return weekOf(days);
}

/** Whether opening hours were understood. */
export function isRead(hours: OpenWeek | UnreadHours): hours is OpenWeek {
  return 'spans' in hours;
}

/** Minutes since the start of its day; past 1,440 it goes on into the next one. */
type Span = readonly [from_min: number, to_min: number];

/** Adds one rule's spans to the days they begin on; the text that was not understood, if any. */
function applyRule(days: Span[][], rule: string): string | undefined {
  if (HOLIDAY_RULE.test(rule)) return undefined;
  if (rule === '24/7') {
    days.fill([[0, DAY_MIN]]);
    return undefined;
  }
  let rest = rule;
  for (let part = 0; part === 0 || rest !== ''; part++) {
    const read = readPart(rest);
    if (!read) return rest || '(nothing)';
    // After a comma a rule adds; else it replaces what earlier rules said of its days.
    for (const day of read.days) days[day] = part === 0 ? read.spans : [...(days[day] ?? []), ...read.spans];
    rest = read.rest;
  }
  return undefined;
}

type Part = { days: number[]; spans: Span[]; rest: string };

/** The days and spans at the beginning of a rule, and what follows after a comma. */
function readPart(text: string): Part | undefined {
  const days = DAY_LIST.exec(text)?.[0] ?? '';
  const after = text.slice(days.length).replace(/^\s*:?\s*/, '');
  const state = /^(?:off|closed)/.exec(after)?.[0];
  const times = state ?? SPAN_LIST.exec(after)?.[0];
  if (times === undefined) return undefined;
  const rest = after.slice(times.length).trim();
  if (rest !== '' && !rest.startsWith(',')) return undefined;
  const next = rest.slice(1).trim();
  if (rest !== '' && next === '') return undefined;
  const spans = state === undefined ? times.split(',').map(spanOf) : [];
  if (spans.some((span) => span === undefined)) return undefined;
  return { days: daysOf(days), spans: spans as Span[], rest: next };
}

/** Weekdays, 0 Monday, of `Mo-Fr,Su`; `Sa-Mo` runs over the week's end; all of them where none is named. */
function daysOf(text: string): number[] {
  if (text === '') return [0, 1, 2, 3, 4, 5, 6];
  return text.split(',').flatMap((part) => {
    const [first = '', last = first] = part.split('-').map((day) => day.trim());
    const from = DAYS.indexOf(first);
    const count = ((DAYS.indexOf(last) - from + 7) % 7) + 1;
    return Array.from({ length: count }, (_, k) => (from + k) % 7);
  });
}

/** Minutes since the day's start; a span that ends before it begins goes on into the next day. */
function spanOf(text: string): Span | undefined {
  const [from = Number.NaN, to = Number.NaN] = text.split('-').map((clock) => {
    const [hour = '', minute = ''] = clock.trim().split(':');
    return Number(minute) < 60 ? Number(hour) * 60 + Number(minute) : Number.NaN;
  });
  if (!(from >= 0 && from < DAY_MIN && to >= 0 && to <= 2 * DAY_MIN)) return undefined;
  return [from, to <= from ? to + DAY_MIN : to];
}

function weekOf(days: readonly (readonly Span[])[]): OpenWeek {
  const open = new Uint8Array(WEEK_MIN);
  // Past Sunday's midnight it is Monday.
  for (const [day, spans] of days.entries())
    for (const [from, to] of spans)
      for (let minute = from; minute < to; minute++) open[(day * DAY_MIN + minute) % WEEK_MIN] = 1;
  const spans: [number, number][] = [];
  const by_weekday = new Array<number>(7).fill(0);
  for (let minute = 0; minute < WEEK_MIN; minute++) {
    if (open[minute] !== 1) continue;
    const day = Math.floor(minute / DAY_MIN);
    by_weekday[day] = (by_weekday[day] ?? 0) + 1;
    const last = spans.at(-1);
    if (last && last[1] === minute) last[1] = minute + 1;
    else spans.push([minute, minute + 1]);
  }
  const hours_by_weekday = by_weekday.map((minutes) => minutes / 60);
  return { spans, hours_by_weekday, hours_week: by_weekday.reduce((sum, minutes) => sum + minutes, 0) / 60 };
}
