import { DAY_MS, HOUR_MS, startOfCityDay } from '../../contract/time.ts';
import { badParameter } from '../../errors.ts';
import { parseRfc3339 } from '../../ingest/validate.ts';

/** A span of time, epoch milliseconds, `from_ms` inclusive, `to_ms` exclusive. */
export type Span = { from_ms: number; to_ms: number };

/** How `datetime` is read. */
export type DatetimeOptions = {
  /** Whether only whole days of the city may be asked for; the span then grows to them. */
  whole_days: boolean;
  /** What an open start means: where the data begin. */
  earliest_ms: number;
  now_ms: number;
};

const LONGEST_MS = 5 * 366 * DAY_MS;
const ALLOWED =
  'an RFC 3339 time with an offset or a date, or two of them as start/end, one of which may be ".."';

/**
 * The window that a `datetime` parameter speaks of (OGC 17-069r4, 7.15.4): an instant means the hour that holds it, a
 * date its day in the city, an interval everything it touches. Windows are whole hours, so a span grows outward to
 * them, or to whole days. An open start begins with the data, an open end ends with today. Throws 400.
 */
export function parseDatetime(text: string, options: DatetimeOptions): Span {
  const parts = text.split('/').map((part) => readPart(part, text));
  const [start, end = start] = parts;
  if (parts.length > 2 || start === undefined || end === undefined)
    throw badParameter('datetime', text, ALLOWED);
  if (start === 'open' && end === 'open') throw badParameter('datetime', text, `${ALLOWED}, not both`);
  const to_ms = end === 'open' ? startOfCityDay(options.now_ms) + DAY_MS : end.to_ms;
  const from_ms =
    start === 'open'
      ? Math.max(Math.min(options.earliest_ms, to_ms - DAY_MS), to_ms - LONGEST_MS)
      : start.from_ms;
  if (start !== 'open' && end !== 'open' && end.at_ms < start.at_ms)
    throw badParameter('datetime', text, 'an end that is not before its start');
  const span = grow(from_ms, Math.max(to_ms, from_ms + 1), options.whole_days ? 'day' : 'hour');
  if (span.to_ms - span.from_ms > LONGEST_MS) throw badParameter('datetime', text, 'at most five years');
  return span;
}

/** A span grown outward to whole hours, or to whole days of the city. */
export function grow(from_ms: number, to_ms: number, step: 'day' | 'hour'): Span {
  if (step === 'hour') {
    return { from_ms: Math.floor(from_ms / HOUR_MS) * HOUR_MS, to_ms: Math.ceil(to_ms / HOUR_MS) * HOUR_MS };
  }
  return { from_ms: startOfCityDay(from_ms), to_ms: startOfCityDay(to_ms + DAY_MS - 1) };
}

/** `at_ms` is the instant written; the span is what it stands for at its precision. */
type Part = (Span & { at_ms: number }) | 'open';

function readPart(part: string, whole: string): Part {
  if (part === '..' || part === '') {
    if (!whole.includes('/')) throw badParameter('datetime', whole, ALLOWED);
    return 'open';
  }
  if (/^\d{4}-\d{2}-\d{2}$/.test(part)) {
    const from_ms = parseRfc3339(`${part}T00:00:00+07:00`);
    if (!Number.isNaN(from_ms)) return { from_ms, to_ms: from_ms + DAY_MS, at_ms: from_ms };
  }
  // A "+" that was not percent-encoded arrives as a space.
  const at_ms = parseRfc3339(part.replace(/ (?=\d{2}:\d{2}$)/, '+'));
  if (Number.isNaN(at_ms)) throw badParameter('datetime', whole, ALLOWED);
  return { from_ms: at_ms, to_ms: at_ms, at_ms };
}
