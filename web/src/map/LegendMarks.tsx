import type { LegendContent } from '../figures/legend-items.ts';
import { MARKS, type Mark } from '../figures/marks.ts';
import { useWords } from '../i18n/index.ts';

const LOOKS: Record<Mark, string> = {
  no_data: 'hatched',
  suppressed: 'outlined',
  uncertain: 'stippled',
  silent: 'dotted',
  cold: 'cold',
};

/** The words of a mark; a cold spot on schematic boundaries is a hint and says so. */
export function useMarkWords(indicative: boolean): (mark: Mark) => string {
  const { t } = useWords();
  return (mark) => t(mark === 'cold' && indicative ? 'mark.cold_indicative' : `mark.${mark}`);
}

/** The marks that are on the map now, each as it looks; what is not drawn is not listed. */
export function LegendMarks({
  marks,
  indicative,
  count,
}: {
  marks: LegendContent['marks'];
  indicative: boolean;
  count?: (n: number) => React.ReactNode;
}) {
  const words = useMarkWords(indicative);
  return MARKS.filter((mark) => marks[mark] > 0).map((mark) => (
    <li key={mark} data-mark={mark}>
      <span className={`swatch ${LOOKS[mark]}`} />
      <span>{words(mark)}</span>
      {count?.(marks[mark])}
    </li>
  ));
}
