import { type AreaCount, type EmpiricalBayes, hasRate } from './bayes.ts';
import { wilsonInterval } from './participation.ts';

/** An area is underserved when its rate is surely under this share of the city's. */
export const UNDERSERVED_BELOW = 0.75;

/**
 * Learners that would bring each area to the city's rate, max(0, m − EB)·N, in the order given; null where there is no
 * rate. Not rounded. The ranking's key: it grows with how far an area is behind and with how many live there.
 */
export function unreachedLearners(areas: readonly AreaCount[], bayes: EmpiricalBayes): (number | null)[] {
  return areas.map((area, i) => {
    const share = bayes.shares[i] ?? null;
    if (share === null || bayes.city_share === null || area.residents === null) return null;
    return Math.max(0, bayes.city_share - share) * area.residents;
  });
}

/** Indexes of the areas with the most unreached learners, most first; areas that lack nobody are not among them. */
export function worstAreas(unreached: readonly (number | null)[], most = 10): number[] {
  return unreached
    .map((learners, index) => ({ learners: learners ?? 0, index }))
    .filter(({ learners }) => learners > 0)
    .sort((a, b) => b.learners - a.learners || a.index - b.index)
    .slice(0, most)
    .map(({ index }) => index);
}

/** Learners of an area, those whose home is only guessed from where they were seen (`fallback`) among them. */
export type AttributedCount = AreaCount & { fallback: number };

/**
 * Whether an area is surely behind: the upper bound of its rate's 95 % Wilson interval, with and without the learners
 * whose homes are guessed, under `below` times the city's share. Null where there is no rate.
 * `known_city_share` is what the bound without guessed homes is held against. By default it is the city's share, and
 * then the second condition follows from the first; hand in the city's share without guessed homes to hold equal
 * against equal.
 */
export function isUnderserved(
  area: AttributedCount,
  city_share: number | null,
  {
    below = UNDERSERVED_BELOW,
    known_city_share = city_share,
  }: { below?: number; known_city_share?: number | null } = {},
): boolean | null {
  if (city_share === null || known_city_share === null || !hasRate(area)) return null;
  const [, high] = wilsonInterval(area.learners, area.residents);
  const [, known_high] = wilsonInterval(Math.max(0, area.learners - area.fallback), area.residents);
  return high < below * city_share && known_high < below * known_city_share;
}
