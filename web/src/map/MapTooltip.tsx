import type { Ref } from 'react';
import { useCellWords } from '../figures/use-cell-words.ts';
import type { Figures } from '../figures/use-figures.ts';
import { useValueText } from '../figures/value-text.ts';
import { useWords } from '../i18n/index.ts';
import { usePage } from '../state.ts';
import { useMarkWords } from './LegendMarks.tsx';

/** Name, figure, class and marks of the area under the pointer, all in words. The map moves it; a keyboard reads the list instead. */
export function MapTooltip({
  figures,
  before,
  ref,
}: {
  figures: Figures;
  before?: Figures | undefined;
  ref: Ref<HTMLDivElement>;
}) {
  const code = usePage((page) => page.hover);
  const { t, lang } = useWords();
  const write = useValueText(figures.figure);
  const words = useCellWords();
  const markWords = useMarkWords(figures.coverage?.indicative === true);
  const area = code ? figures.property_by_code.get(code) : undefined;
  const value = area && figures.valueAt(area.code);

  const earlier = area && before?.valueAt(area.code);
  return (
    <div className="map-tip-anchor" ref={ref} aria-hidden="true">
      {area && value && (
        <div className="map-tip">
          <strong>{lang === 'vi' ? area.name : area.name_en}</strong>
          {earlier ? (
            <>
              <span>
                {t('compare.left')}: {write(earlier, true)}
              </span>
              <span>
                {t('compare.right')}: {write(value, true)}
              </span>
            </>
          ) : (
            <span>{write(value, true)}</span>
          )}
          {value.cell !== undefined && <span>{words(value.cell)}</span>}
          {figures
            .marksAt(value)
            .filter((mark) => mark !== 'no_data' && mark !== 'suppressed')
            .map((mark) => (
              <small key={mark}>{markWords(mark)}</small>
            ))}
        </div>
      )}
    </div>
  );
}
