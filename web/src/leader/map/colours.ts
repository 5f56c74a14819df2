import { quintiles } from '../../figures/quintiles.ts';
import { makeScale, type Scale } from '../../figures/scale.ts';
import { type BoardArea, paceOf } from '../model/board.ts';

/** How wards are coloured: by what was reached of what was expected by now, or by what was reached. */
export type AreaColours = {
  kind: 'pace' | 'value';
  scale: Scale;
  /** undefined: not known yet; `hidden`: speaks of few people; null: nothing is expected there. */
  valueOf: (code: string) => number | 'hidden' | null | undefined;
};

const PENDING: AreaColours = { kind: 'pace', scale: makeScale('gap', [], 1), valueOf: () => undefined };

/** Colours of areas; without any expectation in fifths of their values. */
export function coloursOf(areas: readonly BoardArea[] | undefined): AreaColours {
  if (!areas) return PENDING;
  const by_code = new Map(areas.map((area) => [area.code, area]));
  const paced = areas.some(({ expected_now }) => expected_now !== null && expected_now > 0);
  const figure = (area: BoardArea) => (paced ? paceOf(area) : area.value);
  return {
    kind: paced ? 'pace' : 'value',
    scale: paced
      ? PENDING.scale
      : makeScale('events', quintiles(areas.flatMap(({ value }) => value ?? [])), null),
    valueOf: (code) => {
      const area = by_code.get(code);
      if (!area) return null;
      return area.suppressed ? 'hidden' : figure(area);
    },
  };
}
