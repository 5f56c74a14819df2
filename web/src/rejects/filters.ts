import { REJECT_REASONS, type RejectReason } from '../../../server/contract/event.ts';
import { DAY_MS, toCityIso } from '../../../server/contract/time.ts';
import { dayStart } from '../text/window.ts';

/** Which refused rows are asked for; days as `YYYY-MM-DD` in the city's zone, '' for any. */
export type Filters = { source: string; reason: RejectReason | ''; from: string; to: string };

const day = (text: string | null) => (text && !Number.isNaN(dayStart(text)) ? text : '');

/** The filters that a query string describes; what makes no sense is left out. */
export function parseFilters(search: string): Filters {
  const query = new URLSearchParams(search);
  return {
    source: (query.get('source') ?? '').slice(0, 64),
    reason: REJECT_REASONS.find((reason) => reason === query.get('reason')) ?? '',
    from: day(query.get('from')),
    to: day(query.get('to')),
  };
}

/** A query string with other filters; what else stands in it (language, theme) stays. */
export function writeFilters(search: string, filters: Filters): string {
  const query = new URLSearchParams(search);
  for (const [key, value] of Object.entries(filters)) {
    if (value === '') query.delete(key);
    else query.set(key, value);
  }
  const text = query.toString();
  return text ? `?${text}` : '';
}

/** The filters as the API takes them: from the first day's midnight to the one after the last day. */
export function askedOf({ source, reason, from, to }: Filters): Record<string, string | null> {
  return {
    source: source || null,
    reason: reason || null,
    from: from ? toCityIso(dayStart(from)) : null,
    to: to ? toCityIso(dayStart(to) + DAY_MS) : null,
  };
}
