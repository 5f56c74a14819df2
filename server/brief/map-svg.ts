import type { Position } from 'geojson';
import type { Areas } from '../contract/area.ts';
import type { AreaFigures } from '../contract/coverage.ts';
import type { SourceRecord } from '../contract/source.ts';
import { escapeHtml } from '../standards/ogc-features/html.ts';
import type { Format } from './format.ts';
import { fill, type Words } from './words.ts';

/** Colours of the 3×3 class by index, 3 × density + reach, as on the map. */
export const CLASS_COLOURS = [
  '#fde0c5',
  '#ececec',
  '#d6e6f4',
  '#f59b56',
  '#b8b8b8',
  '#7fb3d8',
  '#c2410c',
  '#6f6f6f',
  '#1d5f99',
] as const;

/** The map's box, user units; one unit is about 0.35 mm on paper. */
const WIDTH = 240;
const HEIGHT = 158;
/** How much wider than the ward the map is, so that its neighbours are seen. */
const AROUND = 2.1;
const LEAST_KM = 3;
const KM_PER_DEGREE = 111.2;

type Point = { x: number; y: number };
type Project = (position: Position) => Point;

/** The ward among its neighbours, shaded by class, with the places of learning, names and a scale. */
export function mapSvg(
  code: string,
  areas: Areas,
  rows: readonly AreaFigures[],
  places: readonly SourceRecord[],
  words: Words,
  format: Format,
): string {
  const own = areas.features.find((feature) => feature.id === code);
  if (!own?.geometry) return '';
  const { project, units_per_km } = frameOf(positionsOf(own.geometry));
  const classOf = new Map(rows.map((row) => [row.code, row.class?.index]));
  const shown = areas.features.flatMap((feature) => {
    if (!feature.geometry) return [];
    const path = pathOf(feature.geometry, project);
    return path === '' ? [] : [{ feature, path }];
  });
  const shapes = shown.map(({ feature, path }) => {
    const index = classOf.get(feature.id);
    const colour = index === undefined ? 'url(#hatch)' : CLASS_COLOURS[index];
    return `<path d="${path}" fill="${colour}" stroke="#fff" stroke-width=".7"/>`;
  });
  const outline = shown.find(({ feature }) => feature.id === code)?.path ?? '';
  const dots = places
    .map((place) => project([place.lon ?? 0, place.lat ?? 0]))
    .filter(isInside)
    .map(
      ({ x, y }) => `<circle cx="${x}" cy="${y}" r="1.9" fill="#0f766e" stroke="#fff" stroke-width=".6"/>`,
    );
  const names = labels(
    shown.map(({ feature }) => feature),
    code,
    project,
  );
  const title = escapeHtml(`${words.map}: ${own.properties.name}`);
  return `<svg class="map" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}"><defs><pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="4" height="4" fill="#fff"/><path d="M0 0V4" stroke="#8b8578" stroke-width="1"/></pattern></defs><rect width="${WIDTH}" height="${HEIGHT}" fill="#f6f5f1"/>${shapes.join('')}<path d="${outline}" fill="none" stroke="#111827" stroke-width="2"/>${dots.join('')}${names}${scaleBar(units_per_km, words, format)}</svg>`;
}

/** The 3×3 legend, the ward's own cell outlined. */
export function legendSvg(index: number | undefined, words: Words): string {
  const cells = CLASS_COLOURS.map((colour, at) => {
    const x = 14 + (at % 3) * 18;
    const y = 38 - Math.floor(at / 3) * 18;
    const edge = at === index ? ' stroke="#111827" stroke-width="2"' : '';
    return {
      svg: `<rect x="${x}" y="${y}" width="17" height="17" fill="${colour}"${edge}/>`,
      own: at === index,
    };
  });
  // The outlined cell last, so that no other one covers its edge.
  const drawn = cells.sort((a, b) => Number(a.own) - Number(b.own)).map(({ svg }) => svg);
  return `<svg class="legend" viewBox="0 0 76 68" aria-hidden="true">${drawn.join('')}<text x="14" y="64" class="axis">${escapeHtml(words.reach_axis)}</text><text transform="translate(9 57) rotate(-90)" class="axis">${escapeHtml(words.density_axis)}</text></svg>`;
}

/** A plane about the ward, its middle in the map's middle, north up. */
function frameOf(positions: readonly Position[]): { project: Project; units_per_km: number } {
  const lons = positions.map((position) => position[0] ?? 0);
  const lats = positions.map((position) => position[1] ?? 0);
  const [west, east, south, north] = [least(lons), most(lons), least(lats), most(lats)];
  const middle = { lon: (west + east) / 2, lat: (south + north) / 2 };
  const per_lon = KM_PER_DEGREE * Math.cos((middle.lat * Math.PI) / 180);
  const width_km = Math.max((east - west) * per_lon * AROUND, LEAST_KM);
  const height_km = Math.max((north - south) * KM_PER_DEGREE * AROUND, LEAST_KM);
  const units_per_km = Math.min(WIDTH / width_km, HEIGHT / height_km);
  const project: Project = (position) => ({
    x: tenth(WIDTH / 2 + ((position[0] ?? 0) - middle.lon) * per_lon * units_per_km),
    y: tenth(HEIGHT / 2 - ((position[1] ?? 0) - middle.lat) * KM_PER_DEGREE * units_per_km),
  });
  return { project, units_per_km };
}

function positionsOf(geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon): Position[] {
  return ringsOf(geometry).flat();
}

function ringsOf(geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon): Position[][] {
  return geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat();
}

/** A path of the rings that reach into the map; '' when none does. */
function pathOf(geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon, project: Project): string {
  const rings = ringsOf(geometry).map((ring) => ring.map(project));
  return rings
    .filter((ring) => {
      const xs = ring.map((point) => point.x);
      const ys = ring.map((point) => point.y);
      return most(xs) > 0 && least(xs) < WIDTH && most(ys) > 0 && least(ys) < HEIGHT;
    })
    .map((ring) => `M${ring.map(({ x, y }) => `${x} ${y}`).join('L')}Z`)
    .join('');
}

const LETTER = 4.6;
const LINE = 10;

/** Names at the areas' points, the ward's own first; one that would cover another is left out. */
function labels(features: Areas['features'], code: string, project: Project): string {
  const taken: { x: number; y: number; half: number }[] = [];
  const ordered = [...features].sort((a, b) => Number(b.id === code) - Number(a.id === code));
  return ordered
    .map(({ id, properties }) => {
      if (properties.lon === null || properties.lat === null) return '';
      const name = properties.name.replace(/^(phường|xã|đặc khu)\s+(?!\d)/iu, '');
      const { x, y } = project([properties.lon, properties.lat]);
      const half = (name.length * LETTER) / 2;
      if (x - half < 2 || x + half > WIDTH - 2 || y < LINE || y > HEIGHT - 16) return '';
      const covered = taken.some(
        (other) => Math.abs(other.y - y) < LINE && Math.abs(other.x - x) < other.half + half,
      );
      if (covered) return '';
      taken.push({ x, y, half });
      return `<text x="${x}" y="${y}" class="${id === code ? 'name own' : 'name'}">${escapeHtml(name)}</text>`;
    })
    .join('');
}

const STEPS_KM = [0.5, 1, 2, 5, 10, 20, 50];

function scaleBar(units_per_km: number, words: Words, format: Format): string {
  const km = STEPS_KM.findLast((step) => step * units_per_km <= WIDTH / 4) ?? 0.5;
  const length = tenth(km * units_per_km);
  const text = fill(words.scale, { km: format.number(km, km < 1 ? 1 : 0) });
  return `<path d="M6 ${HEIGHT - 9}v4h${length}v-4" fill="none" stroke="#111827"/><text x="${8 + length}" y="${HEIGHT - 4}" class="axis halo">${escapeHtml(text)}</text>`;
}

function isInside({ x, y }: Point): boolean {
  return x > 0 && x < WIDTH && y > 0 && y < HEIGHT;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}
