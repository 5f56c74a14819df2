import 'maplibre-gl/dist/maplibre-gl.css';
import './LeaderMap.css';
import { useEffect, useLayoutEffect, useRef } from 'react';
import type { EventSeen } from '../../../../server/contract/live.ts';
import { useAreas, useBasemap } from '../../api/queries.ts';
import type { AreaState } from '../../figures/area-value.ts';
import type { Mark } from '../../figures/marks.ts';
import { useWords } from '../../i18n/index.ts';
import type { Padding } from '../../map/camera.ts';
import { drawnAreas } from '../../map/drawn-areas.ts';
import type { Fleet } from '../../map/fleet.ts';
import type { Bbox } from '../../map/geometry.ts';
import { labelPoints } from '../../map/labels.ts';
import { MonitorMapView } from '../../map/monitor-map.ts';
import { readPalette } from '../../map/palette.ts';
import { asksForStillness } from '../../media.ts';
import { useTheme } from '../../theme.ts';
import type { AreaColours } from './colours.ts';

/** What moves on the map without passing through React: live messages, or the frames of a replay. */
export type MapFeed = (view: {
  seen: (message: EventSeen) => void;
  setFleet: (fleet: Fleet) => void;
}) => () => void;

/** Where the map looks until the service has said where the city is. */
const BEFORE_AREAS: Bbox = [106.3, 10.3, 107.6, 11.55];
/** A flight of the tour, ms; people who asked for no motion get a cut. */
const GLIDE_MS = 2_400;
const NO_MARKS: readonly Mark[] = [];
const SUPPRESSED: readonly Mark[] = ['suppressed'];
const nothing = () => undefined;

export type LeaderMapProps = {
  colours: AreaColours;
  feed: MapFeed;
  padding: Padding;
  /** How much larger names, points and vehicles are. */
  magnified?: number;
  /** What to fly to; null is the whole city. */
  goal?: Bbox | null;
  pointed?: (code: string | null) => void;
  /** The area outlined. */
  marked?: string | null;
};

/** The planner's map with the leader's colours: wards by how they keep up, points and mobile libraries over them. */
export default function LeaderMap(props: LeaderMapProps) {
  const { colours, feed, padding, magnified = 1, goal = null, marked = null } = props;
  const container = useRef<HTMLDivElement>(null);
  const map = useRef<MonitorMapView | null>(null);
  const pointed = useRef(props.pointed);
  pointed.current = props.pointed;
  const { t, lang } = useWords();
  const theme = useTheme();
  const wards = useAreas('ward').data;
  const districts = useAreas('district').data;
  const basemap = useBasemap().data;
  const title = t('leader.map.label');

  useLayoutEffect(() => {
    const box = container.current;
    if (!box) return;
    const view = new MonitorMapView({
      container: box,
      palette: readPalette(),
      camera: null,
      city: BEFORE_AREAS,
      padding,
      still: asksForStillness(),
      magnified,
      on: {
        moved: nothing,
        zoomed: nothing,
        vehicle: nothing,
        chosen: nothing,
        pointed: (code) => pointed.current?.(code),
        ready: () => {
          document.documentElement.dataset.mapReady = 'true';
        },
      },
    });
    map.current = view;
    return () => {
      map.current = null;
      delete document.documentElement.dataset.mapReady;
      view.destroy();
    };
  }, [magnified, padding]);

  useEffect(() => {
    const box = container.current;
    if (!box) return;
    const observer = new ResizeObserver(() => map.current?.setPadding(padding));
    observer.observe(box);
    return () => observer.disconnect();
  }, [padding]);

  useEffect(() => {
    if (theme) map.current?.setPalette(readPalette());
  }, [theme]);
  useEffect(() => map.current?.setTitle(title), [title]);
  useEffect(() => {
    if (wards) map.current?.setAreas('ward', drawnAreas(wards), districts ? drawnAreas(districts) : null);
  }, [wards, districts]);
  useEffect(() => map.current?.setLabels(labelPoints(wards, districts, lang)), [wards, districts, lang]);
  useEffect(() => {
    if (basemap) map.current?.setBasemap(basemap);
  }, [basemap]);
  useEffect(() => {
    const { scale } = colours;
    map.current?.paint({
      scale,
      valueAt: (code) => {
        const value = colours.valueOf(code);
        const state: AreaState =
          value === undefined
            ? 'pending'
            : value === 'hidden'
              ? 'suppressed'
              : value === null
                ? 'no_data'
                : 'value';
        return { code, state, value: typeof value === 'number' ? value : null, low: null, high: null };
      },
      marksAt: ({ state }) => (state === 'suppressed' ? SUPPRESSED : NO_MARKS),
      isShown: () => true,
    });
  }, [colours]);
  useEffect(() => {
    const view = map.current;
    return view ? feed(view) : undefined;
  }, [feed]);
  useEffect(() => map.current?.setMarked(null, marked), [marked]);
  const toured = useRef(false);
  useEffect(() => {
    // The map opens on the city by itself.
    if (goal === null && !toured.current) return;
    toured.current = true;
    map.current?.glide(goal, asksForStillness() ? 0 : GLIDE_MS);
  }, [goal]);

  return <div className="leader-map-canvas" ref={container} data-testid="leader-map" />;
}
