import { useMemo } from 'react';
import { useAreas } from '../../api/queries.ts';
import { DETOUR } from '../../map/detour.ts';
import { type Bbox, bboxOf, outlinesOf, partsOf } from '../../map/geometry.ts';
import type { Stop } from '../../siting-url.ts';
import { formatNumber, type Lang } from '../../text/format.ts';
import { shortName } from '../../text/names.ts';

const WIDTH = 640;
/** Taller than this the page would not hold it. */
const TALLEST = 420;
const PAD_KM = 1.5;
const KM_PER_DEGREE = 111.195;
const SCALE_KM = [0.5, 1, 2, 5, 10, 20, 50];

type Drawing = {
  box: Bbox;
  height: number;
  x: (lon: number) => number;
  y: (lat: number) => number;
  px_per_km: number;
};

/** A plain drawing of what lies about the stops: no projection but the true proportion at their latitude. */
function drawingOf(stops: readonly Stop[], radius_km: number): Drawing {
  const [west, south, east, north] = bboxOf([stops.map(({ lon, lat }) => [lon, lat])]);
  const lat = (south + north) / 2;
  const km_per_lon = KM_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
  const pad = radius_km + PAD_KM;
  let [w, e] = [west - pad / km_per_lon, east + pad / km_per_lon];
  const [s, n] = [south - pad / KM_PER_DEGREE, north + pad / KM_PER_DEGREE];
  const tall_km = (n - s) * KM_PER_DEGREE;
  // A plan from north to south is drawn with what lies to its sides, not as a narrow strip.
  const least_km = (tall_km * WIDTH) / TALLEST;
  const missing = Math.max(0, least_km - (e - w) * km_per_lon) / km_per_lon / 2;
  [w, e] = [w - missing, e + missing];
  const px_per_km = WIDTH / ((e - w) * km_per_lon);
  return {
    box: [w, s, e, n],
    height: tall_km * px_per_km,
    x: (lon) => (lon - w) * km_per_lon * px_per_km,
    y: (at) => (n - at) * KM_PER_DEGREE * px_per_km,
    px_per_km,
  };
}

type Props = {
  stops: readonly Stop[];
  labels: readonly string[];
  helped: ReadonlySet<string>;
  reach_m: number;
  title: string;
  lang: Lang;
};

/** The stops with their reach, the wards about them, those that are helped tinted, and a scale. */
export function SheetMap({ stops, labels, helped, reach_m, title, lang }: Props) {
  const wards = useAreas('ward').data;
  const radius_km = reach_m / DETOUR / 1000;
  const drawing = useMemo(() => drawingOf(stops, radius_km), [stops, radius_km]);
  const { box, height, x, y, px_per_km } = drawing;
  const outlines = useMemo(() => {
    if (!wards) return [];
    return outlinesOf(partsOf(wards)).filter(({ path }) => {
      const [west, south, east, north] = bboxOf([path]);
      return east > box[0] && west < box[2] && north > box[1] && south < box[3];
    });
  }, [wards, box]);
  const names = wards?.features.filter(({ properties: { code } }) => helped.has(code)) ?? [];
  const scale_km = [...SCALE_KM].reverse().find((km) => km * px_per_km <= WIDTH / 4) ?? SCALE_KM[0] ?? 1;
  return (
    <svg className="sheet-map" viewBox={`0 0 ${WIDTH} ${height.toFixed(0)}`} role="img" aria-label={title}>
      {outlines.map(({ code, path }) => (
        <path
          key={`${code}${path[0]?.join()}`}
          d={`M${path.map(([lon, lat]) => `${x(lon).toFixed(1)} ${y(lat).toFixed(1)}`).join('L')}Z`}
          className={helped.has(code) ? 'ward helped' : 'ward'}
        />
      ))}
      {stops.map(({ lon, lat }, at) => (
        <circle key={labels[at]} cx={x(lon)} cy={y(lat)} r={radius_km * px_per_km} className="reach" />
      ))}
      {px_per_km > 12 &&
        names.map(({ properties: { code, name, name_en, lon, lat } }) =>
          lon === null || lat === null ? null : (
            <text key={code} x={x(lon)} y={y(lat)} className="ward-name">
              {shortName(lang === 'vi' ? name : name_en)}
            </text>
          ),
        )}
      {stops.map(({ lon, lat }, at) => (
        <g key={labels[at]}>
          <circle cx={x(lon)} cy={y(lat)} r={9} className="pin" />
          <text x={x(lon)} y={y(lat) + 3} className="pin-label">
            {labels[at]}
          </text>
        </g>
      ))}
      <path d={`M12 ${height - 12}h${scale_km * px_per_km}`} className="scale" />
      <text x={12} y={height - 17} className="scale-text">
        {formatNumber(lang, scale_km, scale_km < 1 ? 1 : 0)} km
      </text>
    </svg>
  );
}
