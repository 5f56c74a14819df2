import type { AreaValue } from './area-value.ts';
import { isUncertain, tokenOf } from './area-value.ts';
import type { AreaToken, Scale, ScaleClass } from './scale.ts';

/** One line of the legend, with how many areas look like it. */
export type LegendItem = { token: AreaToken; one: ScaleClass; count: number };
export type LegendContent = { items: LegendItem[]; no_data: number; suppressed: number; uncertain: number };

/** What the legend says, from the very functions that colour the map; highest class first. */
export function legendContent(scale: Scale, values: readonly AreaValue[]): LegendContent {
  const count = (token: AreaToken) =>
    values.filter((value) => value.value !== null && tokenOf(scale, value) === token).length;
  const having = (state: AreaValue['state']) => values.filter((value) => value.state === state).length;
  return {
    items: scale.classes.map((one) => ({ token: one.token, one, count: count(one.token) })),
    no_data: having('no_data'),
    suppressed: having('suppressed'),
    uncertain: values.filter((value) => isUncertain(scale, value)).length,
  };
}
