import type { Level } from '../server/contract/area.ts';
import { BoundaryError } from './boundary-error.ts';
import { otherCodes } from './divisions.ts';
import { foldBareName, foldName } from './fold-name.ts';
import type { SourceFeature } from './source-features.ts';
import type { District, Division, Ward } from './types.ts';

/** Names of properties, given by a person; what is not given is found among the presets. */
export type PropertyMapping = { code?: string; name?: string; parent?: string };

export type MatchedBy = 'code' | 'name' | 'file';

/** What a feature was taken for. */
export type Match =
  | { feature: SourceFeature; unit: Unit; by: MatchedBy; name_differs: string | null }
  | { feature: SourceFeature; unit: undefined; label: string; reason: string; ambiguous: boolean };

export type Unit = { code: string; name: string; parent: string | null };

export type Matching = {
  level: Level;
  units: readonly Unit[];
  /** Properties that were read, as the input spells them. */
  used: PropertyMapping;
  matches: Match[];
};

/**
 * Property names of common sources, without case and punctuation: the publisher's map and its copies (`ma`, `ten`),
 * statistics (`maXa`, `tenXa`), OCHA (`ADM3_PCODE`), GADM (`CC_3`, `NAME_3`), OpenStreetMap (`ref`, `name`).
 */
const PRESETS = {
  code: [
    ...[
      'code',
      'wardcode',
      'wardid',
      'communecode',
      'unitcode',
      'gsocode',
      'gsoid',
      'maxa',
      'mapx',
      'maphuong',
    ],
    ...[
      'maphuongxa',
      'maxaphuong',
      'madvhc',
      'mahc',
      'mahanhchinh',
      'ma',
      'idxa',
      'xaid',
      'xacode',
      'phuongxaid',
    ],
    ...[
      'adm3pcode',
      'adm2pcode',
      'cc3',
      'cc2',
      'gid3',
      'ref',
      'refgso',
      'districtcode',
      'districtid',
      'distid',
    ],
    ...['mahuyen', 'maquan', 'maqh', 'maquanhuyen', 'codehuyen', 'communeid', 'id', 'fid'],
  ],
  name: [
    ...[
      'name',
      'fullname',
      'wardname',
      'ward',
      'commune',
      'communename',
      'ten',
      'tenxa',
      'tenpx',
      'tenphuong',
    ],
    ...[
      'tenphuongxa',
      'tenxaphuong',
      'tendvhc',
      'tenhc',
      'tendonvi',
      'phuongxa',
      'phuong',
      'xa',
      'namevi',
      'vnname',
    ],
    ...['adm3vi', 'adm3en', 'adm2vi', 'adm2en', 'name3', 'name2', 'varname3', 'namevn', 'title', 'nameen'],
    ...['district', 'districtname', 'tenhuyen', 'tenquan', 'tenqh', 'tenquanhuyen', 'quanhuyen', 'dten'],
  ],
  parent: [
    ...[
      'parent',
      'parentcode',
      'parentname',
      'district',
      'districtname',
      'districtcode',
      'districtid',
      'formerdistrict',
    ],
    ...[
      'huyen',
      'quan',
      'quanhuyen',
      'tenhuyen',
      'tenquan',
      'tenqh',
      'tenquanhuyen',
      'mahuyen',
      'maquan',
      'maqh',
    ],
    ...[
      'adm2vi',
      'adm2en',
      'adm2pcode',
      'name2',
      'dten',
      'formerprovince',
      'tinh',
      'tentinh',
      'province',
      'adm1vi',
    ],
  ],
} as const;

/**
 * Takes each feature for a unit of the division: by code, else by name (tone marks, prefixes and spelling of Hoà/Hòa
 * do not count; equal names are told apart by kind, then by parent), else by the name of a file that holds it alone.
 * Division pre-2025 is taken for its wards or its districts, whichever more features speak of.
 * Throws BoundaryError when a property named in the mapping is in no feature.
 */
export function matchUnits(
  features: readonly SourceFeature[],
  division: Division,
  mapping: PropertyMapping,
): Matching {
  checkMapping(features, mapping);
  const levels: Matching[] = [matchLevel(features, division, 'ward', mapping)];
  if (division.id === 'pre-2025') levels.push(matchLevel(features, division, 'district', mapping));
  return levels.reduce((best, other) => (unitsFound(other) > unitsFound(best) ? other : best));
}

function unitsFound(matching: Matching): number {
  return new Set(matching.matches.map((match) => match.unit?.code).filter(Boolean)).size;
}

function checkMapping(features: readonly SourceFeature[], mapping: PropertyMapping): void {
  for (const [role, property] of Object.entries(mapping)) {
    if (features.some((feature) => property in feature.properties)) continue;
    const known = [...new Set(features.flatMap((feature) => Object.keys(feature.properties)))].slice(0, 20);
    throw new BoundaryError(
      `--${role} ${property}: no feature has this property; they have ${known.join(', ') || 'none'}`,
    );
  }
}

function matchLevel(
  features: readonly SourceFeature[],
  division: Division,
  level: Level,
  mapping: PropertyMapping,
): Matching {
  const register = registerOf(division, level);
  const used = chooseProperties(features, register, mapping);
  const hasCodes = features.some((feature) => codeOf(feature, used.code, register) !== undefined);
  const matches = features.map((feature) => matchOne(feature, register, used, hasCodes));
  return { level, units: register.units, used, matches };
}

/** The units of one level, findable by code and by name. */
type Register = {
  units: Unit[];
  by_code: Map<string, Unit>;
  by_name: Map<string, Unit[]>;
  code_length: number;
  /** Spellings of a parent: its code and its folded name. */
  parents: Map<string, string>;
};

function registerOf(division: Division, level: Level): Register {
  const all: readonly (Ward | District)[] = level === 'ward' ? division.wards : division.districts;
  const units = all
    // The former provinces stand for many units; nobody imports them as one.
    .filter((unit) => unit.kind !== 'tỉnh')
    .map((unit) => ({ code: unit.code, name: unit.name, parent: 'parent' in unit ? unit.parent : null }));
  const by_code = new Map(units.map((unit) => [unit.code, unit]));
  if (division.id === 'pre-2025' && level === 'ward') {
    for (const [other, code] of otherCodes()) {
      const unit = by_code.get(code);
      if (unit) by_code.set(other, unit);
    }
  }
  const by_name = new Map<string, Unit[]>();
  for (const unit of units) {
    for (const spelling of new Set(spellings(unit.name)))
      by_name.set(spelling, [...(by_name.get(spelling) ?? []), unit]);
  }
  const parents = new Map(
    division.districts.flatMap(({ code, name }) => [
      [code, code],
      [foldBareName(name), code],
    ]),
  );
  return { units, by_code, by_name, code_length: level === 'ward' ? 5 : 3, parents };
}

/** From the most to the least exact way to write a name; the first that one unit alone has decides. */
function spellings(name: string): string[] {
  return [`=${name.normalize('NFC').toLowerCase().trim()}`, `~${foldName(name)}`, foldBareName(name)];
}

/** For each role the preset property that says most about the units. */
function chooseProperties(
  features: readonly SourceFeature[],
  register: Register,
  mapping: PropertyMapping,
): PropertyMapping {
  const keys = [...new Set(features.flatMap((feature) => Object.keys(feature.properties)))];
  const best = (role: keyof typeof PRESETS, score: (property: string) => number) => {
    if (mapping[role] !== undefined) return mapping[role];
    const presets: readonly string[] = PRESETS[role];
    const candidates = keys
      .filter((key) => presets.includes(bareKey(key)))
      .sort((a, b) => presets.indexOf(bareKey(a)) - presets.indexOf(bareKey(b)));
    let chosen: string | undefined;
    let most = 0;
    for (const key of candidates) {
      const found = score(key);
      if (found > most) [chosen, most] = [key, found];
    }
    return chosen;
  };
  const code = best('code', (key) => distinct(features.map((one) => codeOf(one, key, register)?.code)));
  const name = best('name', (key) =>
    distinct(features.map((one) => candidatesByName(textOf(one, key), register)[0]?.code)),
  );
  const parent = best('parent', (key) => features.filter((one) => parentOf(one, key, register)).length);
  return {
    ...(code === undefined ? {} : { code }),
    ...(name === undefined ? {} : { name }),
    ...(parent === undefined ? {} : { parent }),
  };
}

function distinct(values: readonly (string | undefined)[]): number {
  return new Set(values.filter((value) => value !== undefined)).size;
}

function bareKey(key: string): string {
  return foldName(key).replace(/[^a-z0-9]/g, '');
}

function textOf(feature: SourceFeature, property: string | undefined): string {
  const value = property === undefined ? undefined : feature.properties[property];
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

/** `26740`, `26740.0`, `79.760.26740`, and `VN7926740` or `7976026740` with the province (and district) in front. */
function codeOf(feature: SourceFeature, property: string | undefined, register: Register): Unit | undefined {
  const text = textOf(feature, property).replace(/\.0+$/, '');
  const exact = register.by_code.get(text);
  if (exact || text.length <= register.code_length) return exact;
  const digits = new RegExp(`(?:[^0-9]|^[A-Za-z]*7[479](?:\\d{3})?)(\\d{${register.code_length}})$`).exec(
    text,
  )?.[1];
  return digits === undefined ? undefined : register.by_code.get(digits);
}

/** Units a name can mean, by the most exact spelling that any unit has. */
function candidatesByName(name: string, register: Register): Unit[] {
  if (name === '') return [];
  for (const spelling of spellings(name)) {
    const found = register.by_name.get(spelling);
    if (found) return found;
  }
  return [];
}

function parentOf(
  feature: SourceFeature,
  property: string | undefined,
  register: Register,
): string | undefined {
  const text = textOf(feature, property);
  return register.parents.get(text) ?? register.parents.get(foldBareName(text));
}

function matchOne(
  feature: SourceFeature,
  register: Register,
  used: PropertyMapping,
  hasCodes: boolean,
): Match {
  const code = textOf(feature, used.code);
  const name = textOf(feature, used.name);
  const parent = textOf(feature, used.parent);
  const label = [code, name, parent && `(${parent})`].filter(Boolean).join(' ') || feature.file;
  const unmatched = (reason: string, ambiguous = false): Match => ({
    feature,
    unit: undefined,
    label,
    reason,
    ambiguous,
  });

  const byCode = codeOf(feature, used.code, register);
  if (byCode) return { feature, unit: byCode, by: 'code', name_differs: differing(name, byCode) };
  // A national file holds many a "Xã Tân Phú": where the file has codes, a code that is not ours is somebody else's.
  if (hasCodes && code !== '') return unmatched('its code is of no unit of this division');

  const named = resolve(candidatesByName(name, register), parentOf(feature, used.parent, register));
  if (named.length === 1 && named[0]) return { feature, unit: named[0], by: 'name', name_differs: null };
  if (named.length > 1)
    return unmatched(
      `the name fits ${named.length} units: ${named.map((unit) => unit.code).join(', ')}`,
      true,
    );

  if (feature.alone) {
    const byFile = unitOfFile(feature.file, register);
    if (byFile) return { feature, unit: byFile, by: 'file', name_differs: null };
  }
  return unmatched(name === '' && code === '' ? 'it has neither code nor name' : 'its name is of no unit');
}

/** A parent that is given must agree, also when the name alone would do. */
function resolve(candidates: readonly Unit[], parent: string | undefined): readonly Unit[] {
  if (parent === undefined || candidates.every((unit) => unit.parent === null)) return candidates;
  const agreeing = candidates.filter((unit) => unit.parent === parent);
  return agreeing.length > 0 || candidates.length > 1 ? agreeing : candidates;
}

/** `26740.geojson`, `wards/26740_sai_gon.geojson`, `phuong-sai-gon.geojson`. */
function unitOfFile(file: string, register: Register): Unit | undefined {
  const stem = (file.split('/').at(-1) ?? '').replace(/\.[^.]+$/, '');
  const digits = new RegExp(`(?:^|[^0-9])(\\d{${register.code_length}})(?![0-9])`).exec(stem)?.[1];
  if (digits !== undefined) return register.by_code.get(digits);
  const named = candidatesByName(stem.replace(/[_-]+/g, ' '), register);
  return named.length === 1 ? named[0] : undefined;
}

/** The name a matched code came with, when it is another than the unit's: a sign of another division. */
function differing(name: string, unit: Unit): string | null {
  return name === '' || foldBareName(name) === foldBareName(unit.name) ? null : name;
}
