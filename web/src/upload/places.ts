import type { Areas } from '../../../server/contract/area.ts';
import type { SourceRecord } from '../../../server/contract/source.ts';
import { fold } from '../text/fold.ts';
import { shortName } from '../text/names.ts';

/** Wards by code and by folded name; a name that two wards share stands for both. */
export type WardDirectory = { codes: ReadonlySet<string>; by_name: ReadonlyMap<string, readonly string[]> };

/** Kinds as lists abbreviate them before a name. */
const SHORT_KIND = /^(p|f|x|dk|phuong|xa|dac khu)\s+(?=\S)/;

/** The names under which each ward of `GET /api/v1/areas` may be written. */
export function wardDirectory(areas: Areas): WardDirectory {
  const by_name = new Map<string, string[]>();
  const codes = new Set<string>();
  for (const { properties } of areas.features) {
    const { code, name, name_en } = properties;
    codes.add(code);
    for (const text of new Set([name, shortName(name), name_en].map(fold))) {
      by_name.set(text, [...(by_name.get(text) ?? []), code]);
    }
  }
  return { codes, by_name };
}

/** What a cell says of a ward: its code, several it could be, or none. */
export type FoundWard = { code: string; by: 'code' | 'name' } | { several: readonly string[] } | null;

/** The parts of an address that may name a ward: those that say so before what merely stands first. */
function namesIn(text: string): string[] {
  const parts = text.split(',').map(fold);
  const marked = parts.filter((part) => SHORT_KIND.test(part));
  return [...marked, ...parts.slice(0, 1)].flatMap((part) => [part, part.replace(SHORT_KIND, '')]);
}

/**
 * A ward by its 5-digit code (alone, or a known one beside its name) or by its name, folded, with or without its
 * kind, also inside an address. Without a directory only codes are known.
 */
export function findWard(text: string, directory: WardDirectory | null): FoundWard {
  if (/^\d{5}$/.test(text)) return { code: text, by: 'code' };
  if (!directory) return null;
  // Five digits in an address may be a postal code.
  const code = /(?:^|\D)(\d{5})(?:\D|$)/.exec(text)?.[1];
  if (code && directory.codes.has(code)) return { code, by: 'code' };
  for (const name of namesIn(text)) {
    const found = directory.by_name.get(name);
    if (found?.length === 1 && found[0]) return { code: found[0], by: 'name' };
    if (found) return { several: found };
  }
  return null;
}

/** Sources by id and by folded name. */
export type SourceDirectory = {
  by_id: ReadonlyMap<string, SourceRecord>;
  by_name: ReadonlyMap<string, readonly SourceRecord[]>;
};

/** The sources of `GET /api/v1/sources`, to be found by id or name. */
export function sourceDirectory(sources: readonly SourceRecord[]): SourceDirectory {
  const by_name = new Map<string, SourceRecord[]>();
  for (const source of sources) {
    const name = fold(source.name);
    by_name.set(name, [...(by_name.get(name) ?? []), source]);
  }
  return { by_id: new Map(sources.map((source) => [source.source_id, source])), by_name };
}
