import { bbox } from '@turf/bbox';
import type { Level } from '../server/contract/area.ts';
import type { DivisionId } from '../server/contract/event.ts';
import { BoundaryError } from './boundary-error.ts';
import {
  type AreaOff,
  findAreaOff,
  findHoles,
  findOverlaps,
  type Hole,
  type Overlap,
} from './check-boundaries.ts';
import { cleanGeometry, joined } from './clean-geometry.ts';
import { loadDivision } from './divisions.ts';
import { insideTest } from './locate.ts';
import { type Match, type MatchedBy, matchUnits, type PropertyMapping, type Unit } from './match-units.ts';
import { readFeatures } from './source-features.ts';
import { readSourceFiles } from './source-files.ts';
import { type AreaGeometry, CITY_BBOX, type Division, type Progress } from './types.ts';

export type ImportOptions = PropertyMapping & {
  division: DivisionId;
  onProgress?: Progress;
};

/** What an input was found to hold. Lists are complete; formatReport shortens them. */
export type ImportReport = {
  input: string;
  division: DivisionId;
  /** Level the input speaks of; `district` only for division pre-2025. */
  level: Level;
  /** Units the level has. */
  expected: number;
  features: number;
  matched: number;
  by_code: number;
  by_name: number;
  by_file_name: number;
  /** Properties that code, name and parent were read from. */
  used: PropertyMapping;
  missing: { code: string; name: string }[];
  /** Features of no unit of this division. */
  extra: { label: string; file: string; reason: string }[];
  /** Features whose name fits several units. */
  ambiguous: { label: string; file: string; reason: string }[];
  /** Units with several features; `joined` when they are parts that don't overlap, else the first was taken. */
  duplicates: { code: string; name: string; features: number; joined: boolean }[];
  /** Units matched by code whose name in the input is another. */
  name_differs: { code: string; name: string; given: string }[];
  invalid: { code: string; name: string; problems: string[]; repaired: boolean }[];
  overlaps: Overlap[];
  holes: Hole[];
  area_off: AreaOff[];
  /** Files without features. */
  ignored_files: string[];
};

/**
 * Reads polygons of a division's units from a FILE, DIR, ARCHIVE or URL: GeoJSON, TopoJSON or Shapefile, one file a
 * unit or all in one. Geometry comes back closed, uncrossed, rewound, with 6 decimals.
 * Throws BoundaryError when the input cannot be read; what it lacks is told by the report (see assertImportable).
 */
export async function readBoundaries(
  input: string,
  options: ImportOptions,
): Promise<{ polygons: Map<string, AreaGeometry>; report: ImportReport }> {
  const { division: id, onProgress, ...mapping } = options;
  const division = loadDivision(id);
  const files = await readSourceFiles(input, onProgress);
  const { features, ignored } = await readFeatures(files, input);
  const matching = matchUnits(features, division, mapping);
  const taken = takePolygons(matching.matches, division, onProgress);
  const { polygons } = taken;
  const matched = matching.matches.filter((match) => match.unit !== undefined && !taken.strangers.has(match));
  const by = (how: MatchedBy) =>
    new Set(matched.filter((m) => m.unit && m.by === how).map((m) => m.unit?.code)).size;
  const areas: ReadonlyMap<string, { name: string; area_km2: number | null }> =
    matching.level === 'ward' ? division.ward_by_code : division.district_by_code;
  const overlaps = findOverlaps(polygons, onProgress);
  onProgress?.('check holes', 0, 1);
  const holes = findHoles(polygons);
  onProgress?.('check holes', 1, 1);
  const report: ImportReport = {
    input,
    division: id,
    level: matching.level,
    expected: matching.units.length,
    features: features.length,
    matched: polygons.size,
    by_code: by('code'),
    by_name: by('name'),
    by_file_name: by('file'),
    used: matching.used,
    missing: matching.units
      .filter((unit) => !polygons.has(unit.code))
      .map(({ code, name }) => ({ code, name })),
    ...strangersOf(matching.matches, taken.strangers),
    duplicates: taken.duplicates,
    name_differs: matched.flatMap((match) =>
      match.unit && match.name_differs !== null
        ? [{ code: match.unit.code, name: match.unit.name, given: match.name_differs }]
        : [],
    ),
    invalid: taken.invalid,
    overlaps,
    holes,
    area_off: findAreaOff(polygons, areas),
    ignored_files: ignored,
  };
  return { polygons, report };
}

/**
 * Throws BoundaryError when an import would leave units without a polygon (naming them), unless `allowMissing`,
 * when it holds none at all, or when the names say that its codes are those of another division.
 */
export function assertImportable(report: ImportReport, options: { allowMissing?: boolean } = {}): void {
  const { input, division, level } = report;
  if (report.matched === 0)
    throw new BoundaryError(
      `${input}: none of its ${report.features} features is a ${level} of division ${division}; ` +
        'name the properties with --code, --name, --parent',
    );
  if (report.name_differs.length > report.matched / 5)
    throw new BoundaryError(
      `${input}: ${report.name_differs.length} of ${report.matched} codes come with another unit's name ` +
        `(${named(report.name_differs.map(({ code, name, given }) => `${code} is ${name}, not ${given}`))}): ` +
        `these are the codes of another division than ${division}`,
    );
  if (report.missing.length > 0 && !options.allowMissing)
    throw new BoundaryError(
      `${input}: ${report.missing.length} of ${report.expected} ${level}s would be lost: ` +
        `${named(report.missing.map(({ code, name }) => `${code} ${name}`))}; ` +
        'nothing was changed (--allow-missing imports the others and leaves these without a polygon)',
    );
}

/** The report as lines for a terminal; long lists are shortened, figures are not. */
export function formatReport(report: ImportReport): string {
  const { used } = report;
  const columns = [used.code, used.name, used.parent].filter(Boolean).join(', ');
  const lines = [
    `${report.input}: ${report.features} features, division ${report.division}, ${report.level}s` +
      (columns ? `, by properties ${columns}` : ''),
    `  matched     ${report.matched} of ${report.expected} (${report.by_code} by code, ${report.by_name} by name, ${report.by_file_name} by file name)`,
    section('missing', report.missing, ({ code, name }) => `${code} ${name}`),
    section('ambiguous', report.ambiguous, ({ label, reason }) => `${label}: ${reason}`),
    section('extra', report.extra, ({ label, reason }) => `${label} (${reason})`),
    section(
      'duplicates',
      report.duplicates,
      ({ code, name, features, joined: parts }) =>
        `${code} ${name}: ${features} features, ${parts ? 'joined as parts' : 'the first taken'}`,
    ),
    section(
      'other name',
      report.name_differs,
      ({ code, name, given }) => `${code} ${name}: given as ${given}`,
    ),
    section(
      'invalid',
      report.invalid,
      ({ code, name, problems, repaired }) =>
        `${code} ${name}: ${problems.join(', ')}${repaired ? ' (repaired)' : ' (left out)'}`,
    ),
    section(
      'overlaps',
      report.overlaps,
      ({ codes, km2, share }) =>
        `${codes.join(' and ')}: ${km2.toFixed(3)} km², ${percent(share)} of the smaller`,
    ),
    section(
      'holes',
      report.holes,
      ({ km2, lon, lat }) => `${km2.toFixed(3)} km² at ${lon.toFixed(5)}, ${lat.toFixed(5)}`,
    ),
    section(
      'area off',
      report.area_off,
      ({ code, name, table_km2, polygon_km2, ratio }) =>
        `${code} ${name}: ${polygon_km2.toFixed(2)} km² drawn, ${table_km2} km² in the table (${ratio > 1 ? '+' : '−'}${percent(Math.abs(ratio - 1))})`,
    ),
    section('no features', report.ignored_files, (file) => file),
  ];
  return lines.filter((line) => line !== '').join('\n');
}

type Taken = {
  polygons: Map<string, AreaGeometry>;
  duplicates: ImportReport['duplicates'];
  invalid: ImportReport['invalid'];
  /** Matched by name, but lying elsewhere: a namesake in another province. */
  strangers: Set<Match>;
};

/** One clean polygon a unit, in the order of codes. */
function takePolygons(matches: readonly Match[], division: Division, onProgress?: Progress): Taken {
  const taken: Taken = { polygons: new Map(), duplicates: [], invalid: [], strangers: new Set() };
  const of_unit = new Map<string, { unit: Unit; found: Match[] }>();
  for (const match of matches) {
    if (!match.unit) continue;
    const entry = of_unit.get(match.unit.code) ?? { unit: match.unit, found: [] };
    entry.found.push(match);
    of_unit.set(match.unit.code, entry);
  }
  const entries = [...of_unit.values()].sort((a, b) => (a.unit.code < b.unit.code ? -1 : 1));
  for (const [k, { unit, found }] of entries.entries()) {
    onProgress?.('clean', k, entries.length);
    takeUnit(unit, found, division, taken);
  }
  onProgress?.('clean', entries.length, entries.length);
  return taken;
}

function takeUnit(unit: Unit, found: readonly Match[], division: Division, taken: Taken): void {
  const { code, name } = unit;
  const cleaned = found.map((match) => ({ match, ...cleanGeometry(match.feature.geometry) }));
  const problems = [...new Set(cleaned.flatMap((one) => one.problems))];
  const kept = withoutNamesakes(cleaned, code, division, taken.strangers);
  const geometries = kept.flatMap((one) => one.geometry ?? []);
  const [first] = geometries;
  if (problems.length > 0 && kept.length > 0)
    taken.invalid.push({ code, name, problems, repaired: first !== undefined });
  if (!first) return;
  if (geometries.length === 1) {
    taken.polygons.set(code, first);
    return;
  }
  const parts = new Map(geometries.map((geometry, k) => [`${k}`, geometry]));
  const areParts = findOverlaps(parts).length === 0;
  taken.duplicates.push({ code, name, features: geometries.length, joined: areParts });
  taken.polygons.set(code, areParts ? joined(geometries) : first);
}

type CleanMatch = { match: Match; geometry: AreaGeometry | undefined };

/** Of features matched by name alone: those near the city; of several, those that hold the unit's point, if any do. */
function withoutNamesakes<T extends CleanMatch>(
  all: readonly T[],
  code: string,
  division: Division,
  strangers: Set<Match>,
): T[] {
  const near = all.filter(({ match, geometry }) => {
    const stays = !geometry || (match.unit && match.by !== 'name') || meetsCity(geometry);
    if (!stays) strangers.add(match);
    return stays;
  });
  const { lon, lat } = division.ward_by_code.get(code) ?? { lon: null, lat: null };
  if (near.length < 2 || lon === null || lat === null) return near;
  if (!near.every(({ match }) => match.unit && match.by === 'name')) return near;
  const holding = near.filter(({ geometry }) => geometry && insideTest(geometry)(lon, lat));
  if (holding.length === 0) return near;
  for (const one of near) if (!holding.includes(one)) strangers.add(one.match);
  return holding;
}

function meetsCity(geometry: AreaGeometry): boolean {
  const [west, south, east, north] = bbox(geometry);
  return west < CITY_BBOX[2] && east > CITY_BBOX[0] && south < CITY_BBOX[3] && north > CITY_BBOX[1];
}

function strangersOf(
  matches: readonly Match[],
  strangers: ReadonlySet<Match>,
): Pick<ImportReport, 'extra' | 'ambiguous'> {
  const unmatched = matches.flatMap((match) =>
    match.unit
      ? []
      : [{ label: match.label, file: match.feature.file, reason: match.reason, ambiguous: match.ambiguous }],
  );
  const plain = ({ label, file, reason }: (typeof unmatched)[number]) => ({ label, file, reason });
  const namesakes = [...strangers].map((match) => ({
    label: match.unit?.name ?? '',
    file: match.feature.file,
    reason: 'a namesake elsewhere',
  }));
  return {
    extra: [...unmatched.filter((one) => !one.ambiguous).map(plain), ...namesakes],
    ambiguous: unmatched.filter((one) => one.ambiguous).map(plain),
  };
}

const LISTED = 10;

function section<T>(title: string, items: readonly T[], line: (item: T) => string): string {
  if (items.length === 0) return '';
  const listed = items.slice(0, LISTED).map((item) => `    ${line(item)}`);
  const more = items.length > LISTED ? [`    … and ${items.length - LISTED} more`] : [];
  return [`  ${title.padEnd(11)} ${items.length}`, ...listed, ...more].join('\n');
}

/** The first 20 of a list in one line. */
function named(items: readonly string[]): string {
  const rest = items.length > 20 ? `, … and ${items.length - 20} more` : '';
  return items.slice(0, 20).join(', ') + rest;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
