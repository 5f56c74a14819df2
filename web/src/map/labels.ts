import type { Areas } from '../../../server/contract/area.ts';
import type { Lang } from '../text/format.ts';
import { shortName } from '../text/names.ts';

function labelsOf(areas: Areas | undefined, level: string, lang: Lang): GeoJSON.Feature[] {
  return (areas?.features ?? []).flatMap(({ properties: { name, name_en, lon, lat, population } }) => {
    if (lon === null || lat === null) return [];
    const label = shortName(lang === 'vi' ? name : name_en);
    return {
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [lon, lat] },
      properties: { level, population: population ?? 0, label },
    };
  });
}

/** Names of both levels as points, in the page's language. */
export function labelPoints(
  wards: Areas | undefined,
  districts: Areas | undefined,
  lang: Lang,
): GeoJSON.FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: [...labelsOf(wards, 'ward', lang), ...labelsOf(districts, 'district', lang)],
  };
}
