import type { FastifyRequest } from 'fastify';
import type { Feature } from 'geojson';
import { seesSmallCounts } from '../../access/caller.ts';
import type { Level } from '../../contract/area.ts';
import type { CoverageQuery } from '../../contract/coverage.ts';
import { DAY_MS, startOfCityDay, toCityIso } from '../../contract/time.ts';
import { badParameter } from '../../errors.ts';
import { areaFeatures, areasOf } from '../../exports/areas.ts';
import { type FlatColumn, type FlatValue, flatten } from '../../exports/flat-columns.ts';
import { readFigures } from '../../exports/read-figures.ts';
import type { Services } from '../../services.ts';
import type { Collection } from './collections.ts';
import { parseDatetime, type Span } from './datetime.ts';

/** What a request to a collection may say, as it came. */
export type ItemsQuery = Record<string, string | undefined>;

/** The features of a collection that a request speaks of, before bbox and paging, in the order of their codes. */
export type Items = {
  features: readonly Feature<Feature['geometry'] | null>[];
  /** The parameters that ask for the same features again, also tomorrow. */
  pinned: Record<string, string>;
};

/** Days of the window where no datetime is given: what the map opens with. */
const DEFAULT_DAYS = 90;

/** Reads a collection for one caller: figures are those that coverage gives him. */
export async function readItems(
  request: FastifyRequest,
  services: Services,
  collection: Collection,
  query: ItemsQuery,
): Promise<Items> {
  refuseImpossible([...collection.filters, ...collection.figure_filters], query);
  const wanted = propertyFilter(collection, query);
  const pinned = pick(query, [...collection.filters, ...collection.figure_filters]);
  if (collection.id === 'places') {
    if (query.datetime !== undefined) await spanOf(request, services, query.datetime);
    return { features: placeFeatures(services, collection).filter(wanted), pinned };
  }
  const level: Level = collection.id === 'wards' ? 'ward' : 'district';
  const span = await spanOf(request, services, query.datetime);
  const [from, to] = [toCityIso(span.from_ms), toCityIso(span.to_ms)];
  const asked = { ...pick(query, collection.figure_filters), level, from, to } as CoverageQuery;
  const coverage = await readFigures(services, request.caller, asked);
  const areas = areasOf(services.geography, level, coverage.division);
  const frame = { from: coverage.from, to: coverage.to, as_of: coverage.as_of };
  const features = areaFeatures(areas, coverage)
    .map((feature) => ({ ...feature, properties: { ...feature.properties, ...frame } }))
    .filter(wanted);
  return { features, pinned: { ...pinned, datetime: `${from}/${to}` } };
}

/** The first day with any event, epoch milliseconds; undefined in an empty store. */
export async function firstDay({ store, live, answers }: Services): Promise<number | undefined> {
  const [row] = await answers.get('first day', live.versionBefore(Number.POSITIVE_INFINITY), () =>
    store.query<{ seconds: string; days: string }>(
      `SELECT toUnixTimestamp(toDateTime(min(day), 'Asia/Ho_Chi_Minh')) AS seconds, uniq(day) AS days FROM place_daily`,
    ),
  );
  return row && Number(row.days) > 0 ? Number(row.seconds) * 1000 : undefined;
}

async function spanOf(
  request: FastifyRequest,
  services: Services,
  datetime: string | undefined,
): Promise<Span> {
  const now_ms = Date.now();
  const to_ms = startOfCityDay(now_ms) + DAY_MS;
  if (datetime === undefined) return { from_ms: to_ms - DEFAULT_DAYS * DAY_MS, to_ms };
  const earliest_ms = (await firstDay(services)) ?? now_ms;
  return parseDatetime(datetime, { whole_days: !seesSmallCounts(request.caller), earliest_ms, now_ms });
}

function placeFeatures({ sources }: Services, { columns }: Collection) {
  return sources.all
    .filter((place) => place.lon !== null && place.lat !== null)
    .sort((a, b) => (a.source_id < b.source_id ? -1 : 1))
    .map((place) => ({
      type: 'Feature' as const,
      id: place.source_id,
      properties: flatten(columns, place),
      geometry: { type: 'Point' as const, coordinates: [place.lon ?? 0, place.lat ?? 0] },
    }));
}

/** Whether a feature's properties are those asked for. */
function propertyFilter({ filters }: Collection, query: ItemsQuery) {
  const asked = filters.filter(({ name }) => query[name] !== undefined);
  return ({ properties }: { properties: Record<string, FlatValue> }) =>
    asked.every(({ name }) => properties[name] !== null && String(properties[name]) === query[name]);
}

const LONGEST_TEXT = 128;

/** Throws 400 for a value that a parameter cannot have. */
function refuseImpossible(columns: readonly FlatColumn[], query: ItemsQuery): void {
  for (const { name, type, values } of columns) {
    const given = query[name];
    if (given === undefined) continue;
    const allowed = type === 'boolean' ? ['true', 'false'] : values;
    if (allowed && !allowed.includes(given)) throw badParameter(name, given, allowed.join(', '));
    if (given.length > LONGEST_TEXT) throw badParameter(name, given, `up to ${LONGEST_TEXT} characters`);
  }
}

function pick(query: ItemsQuery, columns: readonly { name: string }[]): Record<string, string> {
  const names = columns.map(({ name }) => name).filter((name) => query[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, query[name] ?? '']));
}
