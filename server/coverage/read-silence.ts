import { isRead, readOpeningHours } from '../../geo/opening-hours.ts';
import type { Silence } from '../contract/coverage.ts';
import type { SourceRecord } from '../contract/source.ts';
import { CITY_OFFSET_MS, HOUR_MS, startOfCityDay, toCityIso } from '../contract/time.ts';
import type { Services } from '../services.ts';
import * as queries from '../store/queries.ts';
import { type CityHour, cityHourOf, HOURS_PER_WEEK } from './city-hour.ts';

/** Not heard for longer than this, nothing is expected of a source any more, hours. */
const REMEMBERED_H = 26 * HOURS_PER_WEEK;

/** States of every registered source up to an hour of the city. */
export type SourceStates = Pick<Silence, 'by' | 'sources'>;

/**
 * Which registered sources have fallen silent by a time (epoch ms; the start of its hour counts): from the hours of
 * which they reported something in the 8 weeks before they were last heard, and their opening hours.
 */
export function readSilence(services: Services, by_ms: number): Promise<SourceStates> {
  const { answers, live, sources } = services;
  const now = cityHourOf(by_ms);
  const version = `${live.versionBefore(msOfHour(now))} ${sources.version}`;
  return answers.get(`silence ${now}`, version, () => readStates(services, now));
}

async function readStates(services: Services, now: CityHour): Promise<SourceStates> {
  const heard = await hoursHeard(services, now);
  const registered = [...services.sources.all].sort((a, b) => (a.source_id < b.source_id ? -1 : 1));
  const places = registered.map((record) => {
    const { hours = [], usual_delay_h = 0 } = heard.get(record.source_id) ?? {};
    return { heard_hours: hours, open_hours: openHours(record), usual_delay_h };
  });
  const states = await services.figures.run('silence', { places, now });
  return {
    by: toCityIso(msOfHour(now)),
    sources: registered.flatMap((record, i) => {
      const state = states[i];
      if (!state) return [];
      return {
        source_id: record.source_id,
        source: record.source,
        name: record.name,
        kind: record.kind,
        ward: wardOf(services, record),
        state: state.state,
        last_heard: state.last_heard === null ? null : toCityIso(msOfHour(state.last_heard)),
        missed_hours: state.missed_hours,
        usual_delay_h: places[i]?.usual_delay_h ?? 0,
      };
    }),
  };
}

type Heard = { hours: number[]; usual_delay_h: number };

/** Hours heard by source: whole days are kept until an event of theirs comes, today's are read anew. */
async function hoursHeard({ store, answers, live }: Services, now: CityHour): Promise<Map<string, Heard>> {
  const today = cityHourOf(startOfCityDay(msOfHour(now)));
  const [before, since] = await Promise.all([
    answers.get(`hours heard ${today}`, live.versionBefore(msOfHour(today)), () =>
      queries.hoursHeard(store, { from_hour: now - REMEMBERED_H, to_hour: today }),
    ),
    today === now ? [] : queries.hoursHeard(store, { from_hour: today, to_hour: now }),
  ]);
  const heard = new Map<string, Heard>(before.map(({ source_id, ...rest }) => [source_id, rest]));
  for (const { source_id, hours, usual_delay_h } of since) {
    const known = heard.get(source_id);
    heard.set(source_id, known ? { ...known, hours: [...known.hours, ...hours] } : { hours, usual_delay_h });
  }
  return heard;
}

/** Hours of the week, 0 Monday 00:00, in which a place is open at least in part; null where its hours are not known. */
export function openHours({ hours }: Pick<SourceRecord, 'hours'>): Set<number> | null {
  const week = hours === null ? undefined : readOpeningHours(hours);
  if (!week || !isRead(week)) return null;
  const open = new Set<number>();
  for (const [from_min, to_min] of week.spans)
    for (let hour = Math.floor(from_min / 60); hour * 60 < to_min; hour++) open.add(hour);
  return open;
}

function wardOf({ geography }: Services, { ward, lon, lat }: SourceRecord): string | null {
  if (ward !== null) return ward;
  return lon === null || lat === null ? null : (geography.locate(lon, lat) ?? null);
}

function msOfHour(hour: CityHour): number {
  return hour * HOUR_MS - CITY_OFFSET_MS;
}
