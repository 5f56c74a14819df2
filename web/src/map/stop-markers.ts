import maplibregl, { type Map as MapLibre, type Marker } from 'maplibre-gl';
import type { MapStop, StopEvents } from './stops-store.ts';

/** Numbered stops on the map, each an element of its own, so that a finger can take it. Hidden from screen readers: the list of stops says the same and is worked by keyboard. */
export class StopMarkers {
  readonly #map: MapLibre;
  readonly #events: () => StopEvents | null;
  readonly #markers = new Map<string, Marker>();
  #dragged: string | null = null;

  constructor(map: MapLibre, events: () => StopEvents | null) {
    this.#map = map;
    this.#events = events;
  }

  /** Draws these stops and no other; the one under the finger stays where the finger is. */
  show(stops: readonly MapStop[]): void {
    const labels = new Set(stops.map((stop) => stop.label));
    for (const [label, marker] of this.#markers) {
      if (labels.has(label)) continue;
      marker.remove();
      this.#markers.delete(label);
    }
    const active = stops.filter((stop) => stop.active);
    for (const stop of stops) {
      const marker = this.#markers.get(stop.label) ?? this.#make(stop.label);
      const element = marker.getElement();
      element.dataset.at = String(active.indexOf(stop));
      element.dataset.active = String(stop.active);
      element.dataset.selected = String(stop.selected);
      element.style.zIndex = stop.selected ? '3' : stop.active ? '2' : '1';
      marker.setDraggable(stop.active);
      if (this.#dragged === stop.label) continue;
      marker.setLngLat([stop.lon, stop.lat]);
      if (!this.#markers.has(stop.label)) {
        this.#markers.set(stop.label, marker);
        marker.addTo(this.#map);
        // maplibre calls its elements markers, which they are not for a reader who cannot see the map.
        element.removeAttribute('aria-label');
        element.removeAttribute('role');
        element.setAttribute('aria-hidden', 'true');
        element.removeAttribute('tabindex');
      }
    }
  }

  #make(label: string): Marker {
    const element = document.createElement('div');
    element.className = 'stop-marker';
    element.dataset.testid = 'stop-marker';
    element.textContent = label;
    const marker = new maplibregl.Marker({ element, anchor: 'center' });
    const at = () => Number(element.dataset.at);
    marker.on('dragstart', () => {
      this.#dragged = label;
      this.#events()?.picked(at());
    });
    marker.on('drag', () => {
      const { lng, lat } = marker.getLngLat();
      this.#events()?.moving(at(), lng, lat);
    });
    marker.on('dragend', () => {
      this.#dragged = null;
      const { lng, lat } = marker.getLngLat();
      this.#events()?.moved(at(), lng, lat);
    });
    element.addEventListener('click', (event) => {
      // The ward below is not what was pressed.
      event.stopPropagation();
      if (element.dataset.active === 'true') this.#events()?.picked(at());
    });
    return marker;
  }
}
