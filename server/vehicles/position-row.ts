import type { PositionRow } from '../store/queries.ts';
import type { Position } from './position.ts';

/** A position as the store gives it. */
export function positionOf(row: PositionRow): Position {
  const { source_id, lon, lat, speed_kmh, heading, accuracy_m, battery, flags } = row;
  return {
    source_id,
    at: Number(row.at_ms),
    received_at: Number(row.received_ms),
    lon,
    lat,
    speed_kmh: tenth(speed_kmh),
    heading: tenth(heading),
    accuracy_m,
    battery,
    flags,
    preference: Number(row.preference),
  };
}

/** One decimal again: the store keeps 32 bits. */
function tenth(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}
