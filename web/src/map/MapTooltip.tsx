import type { Ref } from 'react';
import type { Figures } from '../figures/use-figures.ts';
import { useValueText } from '../figures/value-text.ts';
import { useWords } from '../i18n/index.ts';
import { usePage } from '../state.ts';

/** Name and figure of the area under the pointer. The map moves it; a keyboard reads the list instead. */
export function MapTooltip({ figures, ref }: { figures: Figures; ref: Ref<HTMLDivElement> }) {
  const code = usePage((page) => page.hover);
  const { lang } = useWords();
  const write = useValueText(figures.figure);
  const area = code ? figures.property_by_code.get(code) : undefined;
  return (
    <div className="map-tip-anchor" ref={ref} aria-hidden="true">
      {area && (
        <div className="map-tip">
          <strong>{lang === 'vi' ? area.name : area.name_en}</strong>
          <span>{write(figures.valueAt(area.code), true)}</span>
        </div>
      )}
    </div>
  );
}
