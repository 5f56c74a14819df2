import type { Ref } from 'react';
import { useWords } from '../i18n/index.ts';
import { formatClock, formatDateTime, formatDelay } from '../text/format.ts';
import { freshnessOf, type MapVehicle } from './fleet.ts';
import { usePointedVehicle } from './fleet-store.ts';

/** Nobody needs the seconds of a position's age. */
const JUST_NOW_MS = 60_000;

/** What is known of a mobile library, in sentences. */
export function useVehicleText({ at, stopped_since }: MapVehicle): string[] {
  const { t, lang } = useWords();
  const now = Date.now();
  const ago = formatDelay(lang, Math.max(0, now - at));
  const freshness = freshnessOf(at, now);
  if (freshness === 'lost') return [t('vehicle.last_seen', { time: formatDateTime(lang, at), ago })];
  const time = formatClock(lang, at);
  const seen =
    now - at < JUST_NOW_MS
      ? t('vehicle.seen_now', { time })
      : t(freshness === 'quiet' ? 'vehicle.quiet' : 'vehicle.seen', { time, ago });
  if (stopped_since !== null) {
    const standing = formatDelay(lang, at - stopped_since);
    return [t('vehicle.standing', { time: formatClock(lang, stopped_since), standing }), seen];
  }
  return freshness === 'quiet' ? [seen] : [t('vehicle.under_way'), seen];
}

function Words({ vehicle }: { vehicle: MapVehicle }) {
  const [first, ...more] = useVehicleText(vehicle);
  return (
    <div className="map-tip" data-testid="vehicle-tip">
      <strong>{vehicle.name}</strong>
      <span>{first}</span>
      {more.map((sentence) => (
        <span key={sentence}>{sentence}</span>
      ))}
    </div>
  );
}

/** The mobile library under the pointer or the finger: name, since when it stands, how old that is. */
export function VehicleTip({ ref }: { ref: Ref<HTMLDivElement> }) {
  const vehicle = usePointedVehicle();
  return (
    <div className="map-tip-anchor" ref={ref} role="status">
      {vehicle && <Words vehicle={vehicle} />}
    </div>
  );
}
