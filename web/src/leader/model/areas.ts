import type { Areas } from '../../../../server/contract/area.ts';
import { useAreas } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import type { Lang } from '../../text/format.ts';

/** Names and parents of areas of both levels, by code. */
export type AreaBook = {
  /** The name in the page's language; the code where it is not known. */
  nameOf: (code: string) => string;
  parent_by_ward: ReadonlyMap<string, string | null>;
};

function makeBook(wards: Areas | undefined, districts: Areas | undefined, lang: Lang): AreaBook {
  const ward_by_code = new Map(wards?.features.map(({ properties }) => [properties.code, properties]));
  const property_by_code = new Map([
    ...(districts?.features.map(({ properties }) => [properties.code, properties] as const) ?? []),
    ...ward_by_code,
  ]);
  return {
    nameOf: (code) => {
      const found = property_by_code.get(code);
      return found ? (lang === 'vi' ? found.name : found.name_en) : code;
    },
    parent_by_ward: new Map([...ward_by_code].map(([code, { parent }]) => [code, parent])),
  };
}

/** The book that was asked for last: every part of a page asks for the same one. */
let kept: { of: readonly unknown[]; book: AreaBook } | null = null;

/** What the areas are called. */
export function useAreaBook(): AreaBook {
  const { lang } = useWords();
  const wards = useAreas('ward').data;
  const districts = useAreas('district').data;
  const of = [wards, districts, lang];
  if (kept === null || kept.of.some((one, at) => one !== of[at]))
    kept = { of, book: makeBook(wards, districts, lang) };
  return kept.book;
}
