import './Inset.css';
import { useMemo } from 'react';
import { choose } from '../choose.ts';
import { tokenOf } from '../figures/area-value.ts';
import type { Figures } from '../figures/use-figures.ts';
import { useValueText } from '../figures/value-text.ts';
import { useWords } from '../i18n/index.ts';
import { useLiveVersion } from '../live/use-live.ts';
import { pageStore, usePage, useView } from '../state.ts';
import { shortName } from '../text/names.ts';
import { drawnAreas } from './drawn-areas.ts';
import { insetPaths } from './inset-path.ts';

const SIZE_PX = 72;

/** Areas that the first view leaves out (Côn Đảo), drawn small beside it in the same colours. */
export function Inset({ figures }: { figures: Figures }) {
  const { t, lang } = useWords();
  const { areas, property_by_code, scale, valueAt, isShown, figure } = figures;
  const write = useValueText(figure);
  useLiveVersion(1_000, figures.live);
  const hover = usePage((page) => page.hover);
  const selected = useView((view) => view.area);
  const outside = useMemo(() => (areas ? drawnAreas(areas).outside : []), [areas]);
  const paths = useMemo(() => insetPaths(outside, SIZE_PX), [outside]);
  const code = outside[0]?.code;
  const area = code ? property_by_code.get(code) : undefined;
  if (!code || !area) return null;
  const value = valueAt(code);
  const name = lang === 'vi' ? area.name : area.name_en;
  const marked = selected === code ? 'selected' : hover === code ? 'hover' : '';
  return (
    <button
      type="button"
      className={`inset panel ${marked}`}
      onClick={() => choose(code)}
      onPointerEnter={() => pageStore.set({ hover: code })}
      onPointerLeave={() => pageStore.set({ hover: null })}
      aria-label={`${t('map.inset_label', { name })}: ${write(value, true)}`}
      data-testid="inset"
    >
      <svg
        viewBox={`0 0 ${SIZE_PX} ${SIZE_PX}`}
        aria-hidden="true"
        data-state={value.state}
        data-shown={isShown(code)}
      >
        <defs>
          <pattern
            id="inset-hatch"
            width="5"
            height="5"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <path d="M0 0V5" className="inset-hatch" />
          </pattern>
        </defs>
        {paths.map(({ d }) => (
          <path
            key={d}
            d={d}
            fill={value.state === 'no_data' ? 'url(#inset-hatch)' : `var(--${tokenOf(scale, value)})`}
          />
        ))}
      </svg>
      <span>{figures.level === 'ward' ? shortName(name) : t('map.inset')}</span>
    </button>
  );
}
