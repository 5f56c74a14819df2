import type { AreaProperties } from '../../../server/contract/area.ts';
import { useSources } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { standing } from '../map/layers/place.ts';
import { formatNumber } from '../text/format.ts';
import { nearestPlaces } from './nearest.ts';

const MOST = 5;

/** Registered places of learning nearest to the middle of a ward, in it or not. */
export function CardPlaces({ area }: { area: AreaProperties }) {
  const { t, lang } = useWords();
  const { data } = useSources();
  if (!data) return null;
  const places = standing(data.sources);
  const point = area.lon === null || area.lat === null ? null : { lon: area.lon, lat: area.lat };
  const near = point ? nearestPlaces(places, point, MOST) : [];
  const more = places.filter(({ ward }) => ward === area.code).length;
  const shown = near.filter(({ place }) => place.ward === area.code).length;
  const far = (away_m: number) =>
    away_m < 1000
      ? t('ward.m', { m: formatNumber(lang, Math.round(away_m / 50) * 50) })
      : t('ward.km', { km: formatNumber(lang, away_m / 1000, 1) });
  return (
    <section className="card-places">
      <h3>{t('ward.nearest')}</h3>
      {near.length === 0 && <p className="card-note">{t('ward.nearest_none')}</p>}
      <ul>
        {near.map(({ place, away_m }) => (
          <li key={place.source_id}>
            {place.name}
            <small>
              {far(away_m)}
              {place.ward === area.code && ` · ${t('ward.here')}`}
              {place.hours && ` · ${place.hours}`}
            </small>
          </li>
        ))}
      </ul>
      {more > shown && <p className="card-note">{t('card.more_places', { n: more - shown })}</p>}
    </section>
  );
}
