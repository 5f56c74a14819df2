import 'maplibre-gl/dist/maplibre-gl.css';
import './MonitorMap.css';
import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { boxOf } from '../choose.ts';
import type { Figures } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { asksForStillness, usePhone } from '../media.ts';
import { pageStore, setView, viewStore } from '../state.ts';
import { useTheme } from '../theme.ts';
import type { Padding } from './camera.ts';
import { fleetStore } from './fleet-store.ts';
import type { Bbox } from './geometry.ts';
import { mapHandle } from './handle.ts';
import { MapTooltip } from './MapTooltip.tsx';
import { MonitorMapView } from './monitor-map.ts';
import { readPalette } from './palette.ts';
import { cameraChannel, pointedChannel } from './sync.ts';
import { useMapCamera, useMapData } from './use-map-data.ts';
import { VehicleTip } from './VehicleTip.tsx';

/** Where the map looks until the service has said where the city is. */
const BEFORE_AREAS: Bbox = [106.3, 10.3, 107.6, 11.55];
// The legend stands on the left: the city is moved aside for it.
const DESKTOP: Padding = { top: 64, right: 392, bottom: 16, left: 268 };
const PHONE: Padding = { top: 108, right: 8, bottom: 270, left: 8 };

/** Nearer to what covers the right edge than this a vehicle's words stand on its left, px. */
const TIP_ROOM_PX = 230;

type Props = {
  figures: Figures;
  /** The same of an earlier window, where two are compared. */
  before?: Figures | undefined;
  /** What lies over the map and under its tips. */
  children?: ReactNode;
};

/** The map as a component: makes the imperative map once and hands it data. */
export default function MonitorMap({ figures, before, children }: Props) {
  const container = useRef<HTMLDivElement>(null);
  const tip = useRef<HTMLDivElement>(null);
  const vehicleTip = useRef<HTMLDivElement>(null);
  const map = useRef<MonitorMapView | null>(null);
  const written = useRef(viewStore.get().camera);
  const { t } = useWords();
  const theme = useTheme();
  const padding = usePhone() ? PHONE : DESKTOP;
  const title = t('map.label');

  useLayoutEffect(() => {
    const box = container.current;
    if (!box) return;
    const view = new MonitorMapView({
      container: box,
      palette: readPalette(),
      camera: viewStore.get().camera,
      city: BEFORE_AREAS,
      padding: window.innerWidth <= 720 ? PHONE : DESKTOP,
      still: asksForStillness(),
      on: {
        moved: (camera) => {
          written.current = camera;
          setView({ camera }, 'replace');
        },
        panned: cameraChannel.send,
        zoomed: (zoom_level) => pageStore.set({ zoom_level }),
        pointed: (code, x, y) => {
          pageStore.set({ hover: code });
          tip.current?.style.setProperty('translate', `${x}px ${y}px`);
        },
        vehicle: (pointed, x, y) => {
          fleetStore.set({ pointed });
          const anchor = vehicleTip.current;
          if (!anchor || pointed === null) return;
          anchor.style.setProperty('translate', `${x}px ${y}px`);
          const { right } = window.innerWidth <= 720 ? PHONE : DESKTOP;
          anchor.dataset.side = x > box.clientWidth - right - TIP_ROOM_PX ? 'left' : 'right';
        },
        chosen: (code) => setView({ area: code }),
        ready: () => {
          document.documentElement.dataset.mapReady = 'true';
          pageStore.set({ map_ready: true });
          const { area, camera } = viewStore.get();
          const place = area && !camera ? boxOf(area) : undefined;
          if (place) view.showBox(place);
        },
      },
    });
    map.current = view;
    mapHandle.current = view;
    return () => {
      mapHandle.current = null;
      pageStore.set({ map_ready: false });
      map.current = null;
      delete document.documentElement.dataset.mapReady;
      view.destroy();
    };
  }, []);

  useEffect(() => {
    const box = container.current;
    if (!box) return;
    const observer = new ResizeObserver(() => map.current?.setPadding(padding));
    observer.observe(box);
    return () => observer.disconnect();
  }, [padding]);

  useEffect(() => {
    // The variables belong to the theme, which is written to the document before this runs.
    if (theme) map.current?.setPalette(readPalette());
  }, [theme]);

  useEffect(
    () =>
      pointedChannel.listen((code, x, y) => {
        pageStore.set({ hover: code });
        tip.current?.style.setProperty('translate', `${x}px ${y}px`);
      }),
    [],
  );
  useEffect(() => map.current?.setTitle(title), [title]);
  useMapData(map, figures);
  useMapCamera(map, written);

  return (
    <div className="map">
      <div className="map-canvas" ref={container} />
      {children}
      <MapTooltip ref={tip} figures={figures} before={before} />
      <VehicleTip ref={vehicleTip} />
    </div>
  );
}
