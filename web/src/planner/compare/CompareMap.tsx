import './Compare.css';
import { type KeyboardEvent, type PointerEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useAreas } from '../../api/queries.ts';
import { type Compared, useBeforeRange } from '../../figures/use-compared.ts';
import { useWords } from '../../i18n/index.ts';
import { drawnAreas } from '../../map/drawn-areas.ts';
import { mapHandle } from '../../map/handle.ts';
import { labelPoints } from '../../map/labels.ts';
import { MonitorMapView } from '../../map/monitor-map.ts';
import { readPalette } from '../../map/palette.ts';
import { cameraChannel, pointedChannel } from '../../map/sync.ts';
import { asksForStillness, usePhone } from '../../media.ts';
import { setView, useView, viewStore } from '../../state.ts';
import { formatDateTime, formatShare } from '../../text/format.ts';
import { rangeOf } from '../../text/window.ts';
import { useTheme } from '../../theme.ts';
import { useWindowText } from '../use-window-text.ts';

const STEPS: Record<string, number> = {
  ArrowLeft: -2,
  ArrowDown: -2,
  ArrowRight: 2,
  ArrowUp: 2,
  PageDown: -10,
  PageUp: 10,
  Home: -100,
  End: 100,
};
/** What the panel covers at the right edge, px: the divider stays beside it. */
const COVERED_PX = 392;

const within = (percent: number) => Math.round(Math.min(100, Math.max(0, percent)));

/** The second map: the earlier window, drawn over the first one, which it follows. */
function useSecondMap(compared: Compared) {
  const container = useRef<HTMLDivElement>(null);
  const map = useRef<MonitorMapView | null>(null);
  const { lang } = useWords();
  const theme = useTheme();
  const area = useView((view) => view.area);
  const layers = useView((view) => view.layers);
  const division = useView((view) => view.division);
  const wards = useAreas('ward', division).data;
  const districts = useAreas('district', division).data;
  const { areas, level, scale, valueAt, marksAt, isShown } = compared.before;
  useLayoutEffect(() => {
    const box = container.current;
    const first = mapHandle.current;
    if (!box || !first) return;
    const { camera } = first;
    const view = new MonitorMapView({
      container: box,
      palette: readPalette(),
      camera,
      city: [camera.lon - 0.5, camera.lat - 0.5, camera.lon + 0.5, camera.lat + 0.5],
      padding: { top: 0, right: 0, bottom: 0, left: 0 },
      still: asksForStillness(),
      follows: true,
      on: {
        moved: (moved) => setView({ camera: moved }, 'replace'),
        panned: (panned) => mapHandle.current?.follow(panned),
        zoomed: () => {},
        pointed: (code, x, y) => pointedChannel.send(code, x, y),
        vehicle: () => {},
        chosen: (code) => setView({ area: code }),
        ready: () => {
          document.documentElement.dataset.compareReady = 'true';
        },
      },
    });
    map.current = view;
    const stop = cameraChannel.listen((now) => view.follow(now));
    const observer = new ResizeObserver(() => view.setPadding({ top: 0, right: 0, bottom: 0, left: 0 }));
    observer.observe(box);
    return () => {
      stop();
      observer.disconnect();
      map.current = null;
      delete document.documentElement.dataset.compareReady;
      view.destroy();
    };
  }, []);
  useEffect(() => {
    if (areas?.level === level)
      map.current?.setAreas(level, drawnAreas(areas), districts ? drawnAreas(districts) : null);
  }, [areas, level, districts]);
  useEffect(
    () => map.current?.paint({ scale, valueAt, marksAt, isShown }),
    [scale, valueAt, marksAt, isShown],
  );
  useEffect(() => map.current?.setLayers(layers), [layers]);
  useEffect(() => map.current?.setLabels(labelPoints(wards, districts, lang)), [wards, districts, lang]);
  useEffect(() => map.current?.setMarked(null, area), [area]);
  useEffect(() => {
    if (theme) map.current?.setPalette(readPalette());
  }, [theme]);
  return container;
}

/** Two windows on one map with a divider between them: left the earlier one, right the one on show. */
export default function CompareMap({ compared }: { compared: Compared }) {
  const { t, lang } = useWords();
  const container = useSecondMap(compared);
  const whole = useRef<HTMLDivElement>(null);
  const kept = useView((view) => view.swipe);
  const [dragged, setDragged] = useState<number | null>(null);
  const windowText = useWindowText();
  const range = useBeforeRange();
  const covered = usePhone() ? 0 : COVERED_PX;
  const percent = dragged ?? kept;
  const before = windowText(range);
  const now = windowText(rangeOf(compared.now.bounds));
  const { as_of } = compared.answer;
  const when = as_of ? t('compare.as_of', { time: formatDateTime(lang, Date.parse(as_of)) }) : '';
  const at = `calc((100% - ${covered}px) * ${percent / 100})`;

  const percentAt = ({ clientX }: PointerEvent) => {
    const box = whole.current?.getBoundingClientRect();
    return box ? within((100 * (clientX - box.left)) / Math.max(1, box.width - covered)) : percent;
  };
  const drop = () => {
    if (dragged !== null) setView({ swipe: dragged }, 'replace');
    setDragged(null);
  };
  const keys = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setView({ swipe: within(viewStore.get().swipe + step) }, 'replace');
  };
  return (
    <div className="compare-map" ref={whole}>
      <div className="compare-left" style={{ clipPath: `inset(0 calc(100% - ${at}) 0 0)` }}>
        <div className="map-canvas" ref={container} />
      </div>
      <div className="swipe" style={{ left: at }}>
        <span className="swipe-label left" data-testid="swipe-before">
          <b>{t('compare.left')}</b> {before}
          <small>{when}</small>
        </span>
        <span className="swipe-label right" data-testid="swipe-now">
          <b>{t('compare.right')}</b> {now}
          <small>{when}</small>
        </span>
        <div
          className="swipe-handle"
          role="slider"
          tabIndex={0}
          aria-label={t('compare.slider', { before, now })}
          aria-orientation="horizontal"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent}
          aria-valuetext={t('compare.slider_at', { percent: formatShare(lang, percent / 100), before })}
          onKeyDown={keys}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            setDragged(percentAt(event));
          }}
          onPointerMove={(event) => dragged !== null && setDragged(percentAt(event))}
          onPointerUp={drop}
          onPointerCancel={drop}
          data-testid="swipe"
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M9 7l-5 5l5 5M15 7l5 5l-5 5" />
          </svg>
        </div>
      </div>
    </div>
  );
}
