import type { AreaFigures, CityFigures } from '../contract/coverage.ts';
import type { Format } from './format.ts';
import type { Brief } from './read-brief.ts';
import { fill, type Words } from './words.ts';

/** Under this the ward is not worth a word among the ten worst, between it and a robust gap it is doubtful. */
const HARDLY_EVER = 0.1;
/** An interval wider than the rate itself is only a hint. */
const WIDE = 1;

/** The sentence a reader takes away, if he reads only one. */
export function leadSentence(
  { ward, figures, coverage, filters }: Brief,
  name: string,
  words: Words,
  format: Format,
): string {
  const population = format.number(ward.population);
  if (figures.suppressed) return fill(words.lead_suppressed, { name, population });
  if (filters.group !== undefined && typeof figures.per_1000_all_residents === 'number')
    return fill(words.lead_group, {
      name,
      population,
      rate: format.rate(figures.per_1000_all_residents),
      city: format.rate(coverage.city.per_1000_all_residents),
    });
  if (figures.rate === null) return fill(words.lead_no_rate, { name });
  const [low, high] = intervalOf(figures);
  const lead = fill(words.lead, {
    name,
    population,
    rate: format.rate(figures.rate),
    low: format.rate(low),
    high: format.rate(high),
  });
  const city = format.rate(coverage.city.rate);
  const { unreached } = figures;
  if (unreached === null || unreached === undefined || coverage.city.rate === null) return `${lead}.`;
  const rest =
    Math.round(unreached) > 0
      ? fill(words.lead_need, { unreached: format.number(unreached), city })
      : fill(words.lead_enough, { city });
  return `${lead}; ${rest}.`;
}

/** The interval as it is drawn: the wider of chance and of what is known about homes. */
export function intervalOf({
  rate_low,
  rate_high,
  rate_known,
}: Interval): [low: number | null, high: number | null] {
  const low = rate_low === null || rate_known == null ? rate_low : Math.min(rate_low, rate_known);
  return [low, rate_high];
}
type Interval = Pick<AreaFigures, 'rate_low' | 'rate_high'> & Partial<Pick<AreaFigures, 'rate_known'>>;

/** What the figures are worth, in words; `kind` says how it is marked. */
export type Verdict = { kind: 'bad' | 'doubt' | 'note'; text: string };

/** Robust, doubtful, cold spot and what is not known, most important first. */
export function verdicts({ figures, coverage }: Brief, words: Words, format: Format): Verdict[] {
  const { certainty, cluster, suppressed } = figures;
  const found: (Verdict | undefined | null | false)[] = [
    certainty &&
      certainty.share >= HARDLY_EVER && {
        kind: certainty.robust_gap ? 'bad' : 'doubt',
        text: fill(certainty.robust_gap ? words.robust : words.doubtful, {
          share: format.share(certainty.share),
          low: format.number(certainty.rank_low),
          high: format.number(certainty.rank_high),
        }),
      },
    figures.underserved === true && { kind: 'bad', text: words.underserved },
    cluster && clusterVerdict(cluster.label, coverage.indicative === true, words),
    isWide(figures) && { kind: 'doubt', text: words.wide },
    figures.incomplete === true && {
      kind: 'doubt',
      text: fill(words.incomplete, { share: format.share(figures.id_share) }),
    },
    (figures.silent ?? 0) > 0 && {
      kind: 'doubt',
      text: fill(words.silent, { n: format.number(figures.silent) }),
    },
    !suppressed &&
      (figures.fallback_share ?? 0) >= 0.005 && {
        kind: 'note',
        text: fill(words.fallback, { share: format.share(figures.fallback_share) }),
      },
    figures.grid_quality === 'low' && { kind: 'note', text: words.quality_low },
  ];
  return found.filter((one): one is Verdict => typeof one === 'object' && one !== null);
}

function clusterVerdict(label: string, indicative: boolean, words: Words): Verdict | undefined {
  if (label !== 'low-low' && label !== 'high-high' && label !== 'low-high' && label !== 'high-low')
    return undefined;
  const kind = label === 'low-low' ? 'bad' : 'note';
  return { kind, text: indicative ? `${words[label]} ${words.indicative}` : words[label] };
}

function isWide(figures: AreaFigures): boolean {
  const [low, high] = intervalOf(figures);
  return (
    low !== null && high !== null && figures.rate !== null && high - low > WIDE * figures.rate && high > 0
  );
}

/** What would change something here, by the figures that are there. */
export function whatWouldHelp({ figures, coverage, ward }: Brief, words: Words, format: Format): string[] {
  const { city } = coverage;
  const found: (string | false)[] = [];
  const { unreached } = figures;
  if (figures.suppressed) found.push(words.help_hidden);
  else if (typeof unreached === 'number')
    found.push(
      Math.round(unreached) > 0
        ? fill(words.help_unreached, { n: format.number(unreached) })
        : words.help_none,
    );
  found.push(
    reachText(figures, city, ward.population, words, format),
    accessText(figures, city, words, format),
  );
  if ((figures.silent ?? 0) > 0) found.push(fill(words.help_silent, { n: format.number(figures.silent) }));
  return found.filter((text): text is string => typeof text === 'string');
}

function reachText(
  { within_1km: here }: AreaFigures,
  { within_1km: city }: CityFigures,
  population: number | null,
  words: Words,
  format: Format,
): string | false {
  if (typeof here !== 'number' || typeof city !== 'number' || population === null || here >= city)
    return false;
  const beyond = Math.round(((1 - here) * population) / 100) * 100;
  return fill(words.help_reach, {
    n: format.number(beyond),
    here: format.share(here),
    city: format.share(city),
  });
}

function accessText(
  { access: here }: AreaFigures,
  { access: city }: CityFigures,
  words: Words,
  format: Format,
): string | false {
  if (typeof here !== 'number' || typeof city !== 'number' || city === 0 || here >= 0.8 * city) return false;
  return fill(words.help_access, { share: format.share(here / city) });
}
