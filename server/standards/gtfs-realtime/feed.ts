import GtfsRealtimeBindings from 'gtfs-realtime-bindings';
import { DAY_MS } from '../../contract/time.ts';
import type { VehicleNow } from '../../vehicles/registry.ts';

const { FeedHeader, FeedMessage, VehiclePosition } = GtfsRealtimeBindings.transit_realtime;
const { STOPPED_AT, IN_TRANSIT_TO } = VehiclePosition.VehicleStopStatus;

/** A vehicle not heard of for longer is left out: the feed says where vehicles are, ms. */
const MOST_AGE_MS = DAY_MS;
const KMH_PER_MS = 3.6;

/**
 * Vehicle positions as a GTFS-realtime 2.0 feed (gtfs.org/realtime), the full dataset. Mobile libraries follow no trip
 * and call at no `stops.txt`, so `trip`, `stop_id` and `current_stop_sequence` are left out; `current_status`, which
 * readers that look for a stop ignore then, still says whether a library stands. Speed is in m/s, times in seconds.
 */
export function vehicleFeed(
  vehicles: readonly VehicleNow[],
  nameOf: (source_id: string) => string,
  now: number,
) {
  const entity = vehicles
    .filter(({ last }) => last.at > now - MOST_AGE_MS)
    .map(({ source_id, last, stopped_since }) => ({
      id: source_id,
      vehicle: {
        vehicle: { id: source_id, label: nameOf(source_id) },
        position: {
          latitude: last.lat,
          longitude: last.lon,
          ...(last.heading === null ? {} : { bearing: last.heading }),
          ...(last.speed_kmh === null ? {} : { speed: Math.round((last.speed_kmh / KMH_PER_MS) * 10) / 10 }),
        },
        // No time of an entity may be after the header's, and a device's clock may be a little ahead.
        timestamp: seconds(Math.min(last.at, now)),
        currentStatus: stopped_since === null ? IN_TRANSIT_TO : STOPPED_AT,
      },
    }));
  return FeedMessage.fromObject({
    header: {
      gtfsRealtimeVersion: '2.0',
      incrementality: FeedHeader.Incrementality.FULL_DATASET,
      timestamp: seconds(now),
    },
    entity,
  });
}

/** The feed as protobuf. */
export function encodeFeed(feed: ReturnType<typeof vehicleFeed>): Buffer {
  return Buffer.from(FeedMessage.encode(feed).finish());
}

/** The feed for reading: protobuf's JSON form, enums by name, times as numbers. */
export function feedToJson(feed: ReturnType<typeof vehicleFeed>): Record<string, unknown> {
  return FeedMessage.toObject(feed, { enums: String, longs: Number, arrays: true });
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
