import { SLOTS_PER_DAY, SLOTS_PER_WEEK } from './calendar.ts';

const DAYS = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'];

/** Half-hour of the day of `HH:MM`; 24:00 is the day's end. */
function slotOfClock(clock: string, text: string): number {
  const match = /^(\d\d):(00|30)$/.exec(clock);
  const slot = match === null ? Number.NaN : Number(match[1]) * 2 + (match[2] === '30' ? 1 : 0);
  if (!(slot <= SLOTS_PER_DAY))
    throw new Error(`hours "${text}": "${clock}" is not a half-hour from 00:00 to 24:00`);
  return slot;
}

/** Weekdays, 0 Monday to 6 Sunday, of `Mo-Fr,Su`. */
function weekdays(text: string, whole: string): number[] {
  return text.split(',').flatMap((part) => {
    const [first = '', last = first] = part.split('-');
    const from = DAYS.indexOf(first);
    const to = DAYS.indexOf(last);
    if (from < 0 || to < from) throw new Error(`hours "${whole}": "${part}" names no days from Mo to Su`);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

/**
 * Open half-hours of a week, 1 where open, from opening hours as OpenStreetMap writes them; the part of that grammar
 * that the simulated city uses: `Mo-Fr 08:00-11:30,13:30-21:00; Sa,Su 08:00-17:00`, a later rule replaces the days it
 * names. Throws on anything else, printing it.
 */
export function parseHours(text: string): Uint8Array {
  const open = new Uint8Array(SLOTS_PER_WEEK);
  for (const rule of text.split(';').map((part) => part.trim())) {
    const [days, spans, ...rest] = rule.split(' ');
    if (days === undefined || spans === undefined || rest.length > 0) {
      throw new Error(`hours "${text}": "${rule}" is not "days spans"`);
    }
    for (const day of weekdays(days, text)) {
      const start = day * SLOTS_PER_DAY;
      open.fill(0, start, start + SLOTS_PER_DAY);
      for (const span of spans.split(',')) {
        const [from = '', to = ''] = span.split('-');
        open.fill(1, start + slotOfClock(from, text), start + slotOfClock(to, text));
      }
    }
  }
  return open;
}
