import { type RefObject, useEffect } from 'react';
import { useAreas, useBasemap, useResidentsGrid, useSources, useVehicles } from '../api/queries.ts';
import type { Figures } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { liveStore, seenChannel, vehicleChannel } from '../live/live-store.ts';
import { usePage, useView, viewStore } from '../state.ts';
import { drawnAreas } from './drawn-areas.ts';
import { withAnswer, withMoved } from './fleet.ts';
import { fleetStore } from './fleet-store.ts';
import { labelPoints } from './labels.ts';
import type { MonitorMapView } from './monitor-map.ts';
import { residentCells } from './resident-cells.ts';
import { stopsStore } from './stops-store.ts';

/** Hands the map everything it draws, each thing only when that thing has changed. */
export function useMapData(map: RefObject<MonitorMapView | null>, figures: Figures): void {
  const { lang } = useWords();
  const division = useView((view) => view.division);
  const wards = useAreas('ward', division).data;
  const districts = useAreas('district', division).data;
  const basemap = useBasemap().data;
  const sources = useSources().data;
  const vehicles = useVehicles().data;
  const hover = usePage((page) => page.hover);
  const area = useView((view) => view.area);
  const layers = useView((view) => view.layers);
  const grid = useResidentsGrid(layers.includes('residents')).data;
  const { level, areas, scale, valueAt, marksAt, isShown, live } = figures;

  useEffect(() => {
    if (areas && areas.level === level) {
      map.current?.setAreas(level, drawnAreas(areas), districts ? drawnAreas(districts) : null);
    }
  }, [map, level, areas, districts]);

  useEffect(() => {
    const paint = () => map.current?.paint({ scale, valueAt, marksAt, isShown });
    paint();
    // Live colours do not pass through React: it would compare the whole page four times a second.
    return live ? liveStore.subscribe(paint) : undefined;
  }, [map, scale, valueAt, marksAt, isShown, live]);

  useEffect(() => map.current?.setLayers(layers), [map, layers]);
  useEffect(() => {
    if (!grid) return;
    let wanted = true;
    void residentCells(grid).then((cells) => {
      if (wanted) map.current?.setResidents(cells);
    });
    return () => {
      wanted = false;
    };
  }, [map, grid]);

  useEffect(() => map.current?.setLabels(labelPoints(wards, districts, lang)), [map, wards, districts, lang]);
  useEffect(() => {
    if (basemap) map.current?.setBasemap(basemap);
  }, [map, basemap]);
  useEffect(() => {
    if (sources) map.current?.setSources(sources.sources);
  }, [map, sources]);
  useEffect(() => {
    if (vehicles) fleetStore.set({ fleet: withAnswer(fleetStore.get().fleet, vehicles.vehicles) });
  }, [vehicles]);
  useEffect(() => map.current?.setMarked(hover, area), [map, hover, area]);

  useEffect(() => {
    const show = () => {
      const { stops, radius_m } = stopsStore.get();
      map.current?.setStops(stops, radius_m);
    };
    if (stopsStore.get().stops.length > 0) show();
    return stopsStore.subscribe(show);
  }, [map]);

  useEffect(() => {
    const stop = [
      seenChannel.listen((message) => map.current?.seen(message)),
      vehicleChannel.listen((message) => {
        fleetStore.set({ fleet: withMoved(fleetStore.get().fleet, message, Date.now()) });
      }),
      fleetStore.subscribe(() => map.current?.setFleet(fleetStore.get().fleet)),
    ];
    map.current?.setFleet(fleetStore.get().fleet);
    return () => {
      for (const end of stop) end();
    };
  }, [map]);
}

/** Moves the map when the address does (back, forward), and not when the map itself wrote it. */
export function useMapCamera(map: RefObject<MonitorMapView | null>, written: RefObject<unknown>): void {
  useEffect(
    () =>
      viewStore.subscribe(() => {
        const { camera } = viewStore.get();
        if (camera === written.current) return;
        written.current = camera;
        map.current?.setCamera(camera);
      }),
    [map, written],
  );
}
