import { useMemo } from 'react';
import { type LegendContent, legendContent } from '../figures/legend-items.ts';
import type { Figures } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { useLiveVersion } from '../live/use-live.ts';
import { useView } from '../state.ts';
import { formatRate } from '../text/format.ts';

/** The legend's content as it stands now; counts follow live values once a second. */
export function useLegend(figures: Figures): LegendContent {
  const { areas, scale, valueAt, marksAt, live } = figures;
  const version = useLiveVersion(1_000, live);
  return useMemo(() => {
    const codes = version >= 0 ? (areas?.features ?? []) : [];
    return legendContent(
      scale,
      codes.map((feature) => valueAt(feature.properties.code)),
      marksAt,
    );
  }, [areas, scale, valueAt, marksAt, version]);
}

/** What the colours show, with its unit. */
export function useLegendTitle(figures: Figures): string {
  const { t, lang } = useWords();
  const group = useView((view) => view.group);
  const { figure, coverage } = figures;
  if (figure === 'coverage') return t('cells.title');
  if (figure === 'gap') {
    const city = coverage?.city.rate ?? coverage?.city.per_1000_all_residents;
    return t('legend.gap', { rate: formatRate(lang, city) });
  }
  if (figure === 'rate' && group) return t('legend.group', { group: t(`group.${group}`) });
  return t(`legend.${figure}`);
}
