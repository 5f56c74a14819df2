import './TakeMenu.css';
import { useStatus } from '../api/queries.ts';
import { tokenOf } from '../figures/area-value.ts';
import { cellLimits } from '../figures/cell-limits.ts';
import { useClassText } from '../figures/class-text.ts';
import { MARKS } from '../figures/marks.ts';
import { type Figures, useQuestion, useShownWindow } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { drawnAreas } from '../map/drawn-areas.ts';
import { mapHandle } from '../map/handle.ts';
import { insetPaths } from '../map/inset-path.ts';
import { useMarkWords } from '../map/LegendMarks.tsx';
import { composePicture, type PictureInset, type PictureLegend } from '../map/picture.ts';
import { useLegend, useLegendTitle } from '../map/use-legend.ts';
import { useView } from '../state.ts';
import { download } from '../text/download.ts';
import { formatDateTime, formatNumber, formatRate, type Lang } from '../text/format.ts';
import { shortName } from '../text/names.ts';
import { CELLS } from '../url-state.ts';
import { useTake } from './use-take.ts';
import { useWindowText } from './use-window-text.ts';

/** The legend in words and colours, as a picture shows it: exactly what the panel lists. */
function usePictureLegend(figures: Figures): PictureLegend {
  const { t, lang } = useWords();
  const content = useLegend(figures);
  const text = useClassText(figures.scale);
  const words = useMarkWords(figures.coverage?.indicative === true);
  const chosen = useView((view) => view.cells);
  const limits = cellLimits(figures.coverage);
  const marks = MARKS.filter((mark) => content.marks[mark] > 0).map((mark) => ({ mark, text: words(mark) }));
  const title = useLegendTitle(figures);
  if (figures.figure !== 'coverage') {
    const classes = content.items.map(({ token, one, count }) => ({
      token,
      text: text(one),
      count: formatNumber(lang, count),
    }));
    return { title, classes: classes.reverse(), marks };
  }
  return {
    title,
    classes: [],
    marks,
    grid: {
      cells: CELLS.map((cell) => ({
        count: formatNumber(lang, content.cells[cell]),
        shown: (chosen.length === 0 || chosen.includes(cell)) && (content.cells[cell] ?? 0) > 0,
      })),
      reach: limits.reach.map((limit) => (limit === null ? '' : formatRate(lang, limit))),
      density: limits.density.map((limit) => (limit === null ? '' : formatNumber(lang, limit))),
      reach_title: `${t('cells.reach')} ↓`,
      density_title: `${t('cells.density')} →`,
    },
  };
}

const INSET_PX = 56;

/** Areas outside of the first view as the picture draws them; null where there are none. */
function insetOf({ areas, scale, valueAt, property_by_code }: Figures, lang: Lang): PictureInset | null {
  const outside = areas ? drawnAreas(areas).outside : [];
  const code = outside[0]?.code;
  const area = code === undefined ? undefined : property_by_code.get(code);
  if (code === undefined || !area) return null;
  return {
    name: shortName(lang === 'vi' ? area.name : area.name_en),
    paths: insetPaths(outside, INSET_PX).map(({ d }) => d),
    size: INSET_PX,
    token: tokenOf(scale, valueAt(code)),
  };
}

/** Lines below the picture: of when and of what it is, and what it is not. */
function useCredits(figures: Figures): string[] {
  const { t, lang } = useWords();
  const { source, group } = useView((view) => view);
  const window = useShownWindow();
  const windowText = useWindowText();
  const status = useStatus().data;
  const { coverage, areas } = figures;
  const as_of = coverage?.as_of;
  return [
    t('take.made', {
      time: as_of ? formatDateTime(lang, Date.parse(as_of)) : t('live.empty'),
      window: windowText(window),
      source: t(`source.${source ?? 'all'}`),
      group: t(`group.${group ?? 'all'}`),
    }),
    ...(coverage
      ? [
          t('card.population_source', {
            source: coverage.population_source,
            date: coverage.population_date,
          }),
        ]
      : []),
    ...(areas?.boundary === 'schematic' ? [t('take.schematic')] : []),
    ...(status?.demo ? [t('take.demo')] : []),
  ];
}

/** Takes the present view away: figures as CSV or GeoJSON, the map as a picture with its legend and as-of. */
export function TakeMenu({ figures, map }: { figures: Figures; map: boolean }) {
  const { t, lang } = useWords();
  const { take, failed } = useTake(useQuestion(figures.level));
  const legend = usePictureLegend(figures);
  const credits = useCredits(figures);
  const product = t('product');
  const picture = () =>
    mapHandle.current?.picture((canvas) => {
      void composePicture(canvas, { product, legend, inset: insetOf(figures, lang), credits }).then(
        (blob) => {
          const day = figures.coverage?.as_of?.slice(0, 10) ?? '';
          download(`coverage-map-${figures.level}-${day}.png`, blob);
        },
      );
    });
  return (
    <>
      <button
        type="button"
        className="button to-table"
        popoverTarget="take-menu"
        data-testid="take"
        disabled={figures.coverage === undefined}
      >
        {t('take.label')}
      </button>
      <div id="take-menu" popover="auto" className="take-menu panel">
        {map && (
          <button type="button" className="button" onClick={picture} data-testid="take-png">
            {t('take.png')}
          </button>
        )}
        {(['csv', 'geojson'] as const).map((format) => (
          <button
            key={format}
            type="button"
            className="button"
            onClick={() => take(format)}
            data-testid={`take-${format}`}
          >
            {t(`take.${format}`)}
          </button>
        ))}
        {failed !== null && <p role="alert">{t('take.failed', { detail: failed })}</p>}
      </div>
    </>
  );
}
