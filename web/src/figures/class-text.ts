import { useMemo } from 'react';
import { useWords } from '../i18n/index.ts';
import { formatNumber } from '../text/format.ts';
import { GAP_LIMITS, type Scale, type ScaleClass } from './scale.ts';

/** How the limits of a class are written: `3,2 – 5,1`, `đến 3,2`, `trên 5,1`; against the city also in multiples. */
export function useClassText(scale: Scale): (one: ScaleClass) => string {
  const { t, lang } = useWords();
  return useMemo(() => {
    const number = (value: number) => formatNumber(lang, value, scale.digits);
    // Counts are whole: what lies above 12 begins at 13.
    const above = (value: number) => (scale.figure === 'events' ? number(value + 1) : number(value));
    return (one) => {
      if (one.above === null && one.upto === null) return t('legend.all');
      if (one.above === null) return t('legend.upto', { upto: number(one.upto ?? 0) });
      if (one.upto === null) return t('legend.above', { above: number(one.above) });
      const low = above(one.above);
      const high = number(one.upto);
      return low === high ? low : `${low} – ${high}`;
    };
  }, [scale, t, lang]);
}

/** The class as a multiple of the city's rate, for the map against the city's mean. */
export function useTimesText(): (place: number, classes: number) => string {
  const { t, lang } = useWords();
  return (place, classes) => {
    if (classes !== GAP_LIMITS.length + 1) return '';
    const limit = (at: number) => formatNumber(lang, GAP_LIMITS[at], (GAP_LIMITS[at] ?? 0) % 1 === 0 ? 0 : 2);
    if (place === 0) return t('legend.times_upto', { to: limit(0) });
    if (place === classes - 1) return t('legend.times_above', { from: limit(place - 1) });
    return t('legend.times', { from: limit(place - 1), to: limit(place) });
  };
}
