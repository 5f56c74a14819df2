import type { Areas, Level } from '../../server/contract/area.ts';
import { areasKey, queryClient } from './api/queries.ts';
import { drawnAreas } from './map/drawn-areas.ts';
import type { Bbox } from './map/geometry.ts';
import { mapHandle } from './map/handle.ts';
import { pageStore, setView, viewStore } from './state.ts';

/** Wards have five digits, former districts and provinces two or three. */
export function levelOf(code: string): Level {
  return code.length === 5 ? 'ward' : 'district';
}

/** Where an area lies, as far as its level has been loaded. */
export function boxOf(code: string): Bbox | undefined {
  const areas = queryClient.getQueryData<Areas>(areasKey(levelOf(code), viewStore.get().division));
  return areas && drawnAreas(areas).box_by_code.get(code);
}

/** Opens an area's card and brings the area into sight. */
export function choose(code: string): void {
  const { level } = viewStore.get();
  pageStore.set({ focus_card: true });
  setView({ area: code, level: level && level !== levelOf(code) ? null : level });
  const box = boxOf(code);
  if (box) mapHandle.current?.showBox(box);
}

/** Points at an area from outside the map, which follows only when the area is out of sight. */
export function pointAt(code: string | null, follow: boolean): void {
  pageStore.set({ hover: code });
  const box = code && follow ? boxOf(code) : undefined;
  if (box) mapHandle.current?.showBox(box, true);
}
