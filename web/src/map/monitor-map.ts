import type { Layer } from '@deck.gl/core';
import { MapboxOverlay } from '@deck.gl/mapbox';
import maplibregl, { type GeoJSONSource, type Map as MapLibre } from 'maplibre-gl';
import type { Level } from '../../../server/contract/area.ts';
import type { EventSeen } from '../../../server/contract/live.ts';
import type { SourceRecord } from '../../../server/contract/source.ts';
import type { Camera, LayerName } from '../url-state.ts';
import { cameraOf, fitting, isInSight, type MoveCause, type Padding, wardZoom } from './camera.ts';
import type { DrawnAreas } from './drawn-areas.ts';
import { type Fleet, vehicleAt } from './fleet.ts';
import type { Bbox, Outline } from './geometry.ts';
import { areasLayer } from './layers/areas.ts';
import { outlinesLayer } from './layers/outlines.ts';
import { type Place, standing } from './layers/place.ts';
import { PLACES_FROM_ZOOM, placesLayer } from './layers/places.ts';
import { reachLayer } from './layers/reach.ts';
import { RESIDENTS_FROM_ZOOM, residentsLayer } from './layers/residents.ts';
import { LiveLayers } from './live-layers.ts';
import { type Paint, paintAreas } from './painter.ts';
import type { Palette } from './palette.ts';
import type { ResidentCell } from './resident-cells.ts';
import { StopMarkers } from './stop-markers.ts';
import { type MapStop, stopsStore } from './stops-store.ts';
import {
  BASEMAP,
  buildStyle,
  DISTRICT_LABELS,
  DOTS,
  dotsImage,
  HATCH,
  hatchImage,
  LABELS,
  MARKS,
  WARD_LABELS,
} from './style.ts';

/** What the map tells the page. */
export type MapEvents = {
  /** The reader moved the map; null when it shows the whole city again. */
  moved: (camera: Camera | null) => void;
  zoomed: (level: Level) => void;
  pointed: (code: string | null, x: number, y: number) => void;
  /** A mobile library is pointed at (px), or none any more. */
  vehicle: (source_id: string | null, x: number, y: number) => void;
  chosen: (code: string | null) => void;
  /** The camera is elsewhere, for whatever reason, in the same frame. */
  panned?: (camera: Camera) => void;
  /** Areas were drawn for the first time and the map has come to rest. */
  ready: () => void;
};

export type MapOptions = {
  container: HTMLElement;
  palette: Palette;
  camera: Camera | null;
  city: Bbox;
  padding: Padding;
  still: boolean;
  on: MapEvents;
  /** It only shows what another map shows: no keyboard of its own, no reading of the zoom. */
  follows?: boolean;
  /** How much larger names, points and vehicles are drawn: a wall is read from far away. Default 1. */
  magnified?: number;
};

/** Closest look at one area that the page goes to by itself. */
const AREA_ZOOM = 12.5;
/** Screens up to this width have a sheet instead of a side panel, px (media.ts). */
const NARROW_PX = 720;
const NO_OUTLINES: Outline[] = [];
/** How near to a vehicle a pointer must come, and a finger, px. */
const POINTER_REACH_PX = 12;
const FINGER_REACH_PX = 22;
/** District names make room for ward names from here on. */
const WARD_NAMES_FROM_ZOOM = 10.2;

/**
 * The one owner of the imperative map. Every method takes data and skips what has not changed; each deck.gl layer
 * is made anew only when its own data is, all others are handed over as they are.
 */
export class MonitorMapView {
  readonly #map: MapLibre;
  readonly #overlay: MapboxOverlay;
  readonly #live: LiveLayers;
  readonly #on: MapEvents;
  readonly #stops: StopMarkers;
  readonly #layers = new Map<string, Layer>();
  #palette: Palette;
  #padding: Padding;
  #city: Bbox;
  #fitted: boolean;
  #drawn: DrawnAreas | null = null;
  #districts: DrawnAreas | null = null;
  #paint: Paint | null = null;
  #painted_key = '';
  #marks_key = '';
  #places: Place[] = [];
  #residents: ResidentCell[] = [];
  #shown: ReadonlySet<LayerName> = new Set();
  #fleet: Fleet = new Map();
  #hover: string | null = null;
  #selected: string | null = null;
  #level: Level = 'ward';
  #ready = false;
  #loaded = false;

  constructor({
    container,
    palette,
    camera,
    city,
    padding,
    still,
    on,
    follows = false,
    magnified = 1,
  }: MapOptions) {
    this.#palette = palette;
    this.#padding = padding;
    this.#city = city;
    this.#on = on;
    this.#fitted = camera === null;
    this.#map = new maplibregl.Map({
      container,
      style: buildStyle(palette, magnified),
      ...(camera ? { center: [camera.lon, camera.lat], zoom: camera.zoom } : { bounds: city }),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      maxPitch: 0,
      minZoom: 6,
      maxZoom: 17,
      renderWorldCopies: false,
      trackResize: false,
      fadeDuration: still ? 0 : 150,
      keyboard: !follows,
      canvasContextAttributes: { antialias: true },
    });
    this.#map.touchZoomRotate.disableRotation();
    this.#map.keyboard.disableRotation();
    this.#stops = new StopMarkers(this.#map, () => stopsStore.get().on);
    this.#overlay = new MapboxOverlay({ interleaved: true, layers: [], onAfterRender: () => this.#settle() });
    this.#live = new LiveLayers(palette, still, magnified, (layers) => {
      for (const layer of layers) this.#layers.set(layer.id, layer);
      this.#show();
    });
    this.#map.on('load', () => {
      this.#loaded = true;
      this.#map.addControl(this.#overlay);
      this.#map.addImage(HATCH, hatchImage(this.#palette));
      this.#map.addImage(DOTS, dotsImage(this.#palette));
      this.refit();
      this.#announceZoom();
      this.#redraw();
    });
    this.#listen();
  }

  #listen(): void {
    const map = this.#map;
    map.on('zoom', () => this.#announceZoom());
    map.on('move', (event) => {
      if ((event as MoveCause).cause !== 'follow') this.#on.panned?.(cameraOf(map));
    });
    map.on('moveend', (event) => {
      const { cause } = event as MoveCause;
      if (cause === 'quiet' || cause === 'follow') return;
      this.#fitted = cause === 'fit';
      this.#on.moved(this.#fitted ? null : cameraOf(map));
    });
    map.on('movestart', () => this.#on.vehicle(null, 0, 0));
    map.on('mousemove', ({ lngLat, point }) => {
      const vehicle = this.#vehicleAt(point, POINTER_REACH_PX);
      map.getCanvas().style.cursor = vehicle === null ? '' : 'pointer';
      this.#on.vehicle(vehicle, point.x, point.y);
      if (vehicle !== null) this.#on.pointed(null, 0, 0);
      else this.#on.pointed(this.#drawn?.find(lngLat.lng, lngLat.lat) ?? null, point.x, point.y);
    });
    map.on('mouseout', () => {
      this.#on.pointed(null, 0, 0);
      this.#on.vehicle(null, 0, 0);
    });
    map.on('click', ({ lngLat, point }) => {
      const vehicle = this.#vehicleAt(point, FINGER_REACH_PX);
      this.#on.vehicle(vehicle, point.x, point.y);
      if (vehicle === null) this.#on.chosen(this.#drawn?.find(lngLat.lng, lngLat.lat) ?? null);
    });
  }

  /** Draws the areas of a level; former districts, where given, are outlined over wards. */
  setAreas(level: Level, drawn: DrawnAreas, districts: DrawnAreas | null): void {
    if (this.#drawn === drawn && this.#districts === districts && this.#level === level) return;
    const moved = this.#city.join() !== drawn.city.join();
    this.#level = level;
    this.#drawn = drawn;
    this.#districts = districts;
    this.#city = drawn.city;
    this.#painted_key = '';
    this.#marks_key = '';
    if (moved) this.refit();
    this.#redraw();
  }

  /** Colours the areas; called for every live change, so it first looks whether anything looks different. */
  paint(paint: Paint): void {
    this.#paint = paint;
    const drawn = this.#drawn;
    if (!drawn || !this.#loaded) return;
    const painted = paintAreas(drawn, paint, this.#palette);
    if (painted.marks_key !== this.#marks_key) {
      this.#marks_key = painted.marks_key;
      this.#source(MARKS)?.setData(painted.marks);
    }
    if (painted.key === this.#painted_key) return;
    this.#painted_key = painted.key;
    this.#layers.set('areas', areasLayer(drawn.parts, painted.colours, painted.key));
    this.#show();
  }

  /** What a screen reader calls the map. */
  setTitle(title: string): void {
    this.#map.getCanvas().setAttribute('aria-label', title);
  }

  /** Names to write, in the page's language. */
  setLabels(labels: GeoJSON.FeatureCollection): void {
    this.#whenLoaded(() => this.#source(LABELS)?.setData(labels));
  }

  /** Water, green and roads. */
  setBasemap(basemap: GeoJSON.FeatureCollection): void {
    this.#whenLoaded(() => this.#source(BASEMAP)?.setData(basemap));
  }

  /** Where people learn. */
  setSources(sources: readonly SourceRecord[]): void {
    this.#places = standing(sources);
    this.#redraw();
  }

  /** Who lives where, once somebody has asked for it. */
  setResidents(cells: ResidentCell[]): void {
    if (cells === this.#residents) return;
    this.#residents = cells;
    this.#redraw();
  }

  /** What is drawn over the areas. */
  setLayers(names: readonly LayerName[]): void {
    this.#shown = new Set(names);
    this.#redraw();
  }

  /** Hands over the canvas in the moment when it holds a whole picture: WebGL forgets it afterwards. */
  picture(take: (canvas: HTMLCanvasElement) => void): void {
    this.#map.once('render', () => take(this.#map.getCanvas()));
    this.#map.triggerRepaint();
  }

  /** The area pointed at and the one chosen. */
  setMarked(hover: string | null, selected: string | null): void {
    if (hover === this.#hover && selected === this.#selected) return;
    this.#hover = hover;
    this.#selected = selected;
    if (this.#drawn && this.#loaded) this.#outlineMarked();
  }

  /** Takes other colours (the theme was changed). */
  setPalette(palette: Palette): void {
    if (palette === this.#palette) return;
    this.#palette = palette;
    this.#live.setPalette(palette);
    if (!this.#loaded) return;
    for (const layer of buildStyle(palette).layers) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) {
        this.#map.setPaintProperty(layer.id, name as 'fill-color', value);
      }
    }
    this.#map.updateImage(HATCH, hatchImage(palette));
    this.#map.updateImage(DOTS, dotsImage(palette));
    this.#painted_key = '';
    this.#redraw();
  }

  /** Room that panels take at the edges, px. */
  setPadding(padding: Padding): void {
    this.#padding = padding;
    this.#map.resize({ cause: 'quiet' } satisfies MoveCause);
    this.refit();
  }

  /** Planned stops and what they reach, metres in a straight line. */
  setStops(stops: readonly MapStop[], radius_m: number): void {
    this.#stops.show(stops);
    this.#whenLoaded(() => {
      this.#layers.set('reach', reachLayer(stops, radius_m, this.#palette));
      this.#show();
    });
  }

  /** Points just seen. */
  seen(message: EventSeen): void {
    this.#live.seen(message);
  }

  /** Where the mobile libraries are. */
  setFleet(fleet: Fleet): void {
    this.#fleet = fleet;
    this.#live.setFleet(fleet);
  }

  /** Goes to a box unless it is in sight and readable already. `gently`: only when it is out of sight. */
  showBox(box: Bbox, gently = false): void {
    if (isInSight(this.#map, box, this.#sight(), gently ? 0 : undefined)) return;
    this.#fly(box, gently ? Math.max(this.#map.getZoom(), this.#map.getMinZoom()) : AREA_ZOOM);
  }

  /** Shows the camera of the address; null is the whole city. */
  setCamera(camera: Camera | null): void {
    if (camera === null) {
      this.#fitted = true;
      this.refit();
      return;
    }
    this.#fitted = false;
    const cause: MoveCause = { cause: 'quiet' };
    this.#map.jumpTo({ center: [camera.lon, camera.lat], zoom: camera.zoom }, cause);
    this.#announceZoom();
  }

  /** Goes to a box, in sight or not. */
  goTo(box: Bbox): void {
    this.#fly(box, AREA_ZOOM);
  }

  /** Shows what another map shows; nobody is told. */
  follow({ lon, lat, zoom }: Camera): void {
    this.#fitted = false;
    this.#map.jumpTo({ center: [lon, lat], zoom }, { cause: 'follow' } satisfies MoveCause);
  }

  /** Where the map looks now. */
  get camera(): Camera {
    return cameraOf(this.#map);
  }

  /** Goes to a point unless it is in sight. */
  showPoint(lon: number, lat: number): void {
    this.showBox([lon - 0.002, lat - 0.002, lon + 0.002, lat + 0.002], true);
  }

  /** Goes slowly to a box, or with null to the whole city; 0 ms is a cut. */
  glide(box: Bbox | null, duration_ms: number): void {
    const goal = fitting(this.#map, box ?? this.#city, this.#padding, AREA_ZOOM);
    const cause: MoveCause = { cause: box ? 'quiet' : 'fit' };
    this.#fitted = box === null;
    if (goal) this.#map.easeTo({ ...goal, duration: duration_ms }, cause);
  }

  /** Goes to a mobile library and says what is known of it, as pointing at it does. */
  showVehicle(source_id: string): void {
    const vehicle = this.#fleet.get(source_id);
    if (!vehicle) return;
    const { lon, lat } = vehicle;
    const point = () => {
      const { x, y } = this.#map.project([lon, lat]);
      this.#on.vehicle(source_id, x, y);
    };
    const box: Bbox = [lon - 0.002, lat - 0.002, lon + 0.002, lat + 0.002];
    if (isInSight(this.#map, box, this.#sight(), 0)) point();
    else {
      this.#map.once('moveend', point);
      this.showBox(box, true);
    }
  }

  /** Shows the whole city, moving there. */
  showCity(): void {
    this.#fly(this.#city, AREA_ZOOM, 'fit');
  }

  zoomBy(steps: number): void {
    this.#map.zoomTo(this.#map.getZoom() + steps, { duration: 200 });
  }

  /** Fits the whole city again after the window or the panels changed, unless the reader has moved the map. */
  refit(): void {
    if (!this.#fitted) return;
    const goal = fitting(this.#map, this.#city, this.#padding, 12);
    const cause: MoveCause = { cause: 'quiet' };
    if (goal) this.#map.jumpTo(goal, cause);
  }

  destroy(): void {
    this.#live.stop();
    this.#map.remove();
  }

  #fly(box: Bbox, max_zoom: number, cause?: MoveCause['cause']): void {
    const goal = fitting(this.#map, box, cause === 'fit' ? this.#padding : this.#sight(), max_zoom);
    if (goal) this.#map.easeTo({ ...goal, duration: 500 }, cause ? { cause } : {});
  }

  /** Padding for one area: on a narrow screen its card takes the lower half. */
  #sight(): Padding {
    const { clientWidth, clientHeight } = this.#map.getContainer();
    return clientWidth > NARROW_PX ? this.#padding : { ...this.#padding, bottom: clientHeight * 0.58 };
  }

  #vehicleAt(point: { x: number; y: number }, reach_px: number): string | null {
    return vehicleAt(this.#fleet, (lon, lat) => this.#map.project([lon, lat]), point, reach_px);
  }

  #source(id: string): GeoJSONSource | undefined {
    return this.#map.getSource<GeoJSONSource>(id);
  }

  #whenLoaded(work: () => void): void {
    if (this.#loaded) work();
    else this.#map.once('load', work);
  }

  #announceZoom(): void {
    const zoom = this.#map.getZoom();
    this.#on.zoomed(zoom >= wardZoom(this.#map, this.#city, this.#padding) ? 'ward' : 'district');
    const changed = (['places', 'residents'] as const).some((name) => {
      const layer = this.#layers.get(name);
      return layer && layer.props.visible !== this.#isVisible(name);
    });
    if (changed) this.#drawOver();
  }

  #isVisible(name: LayerName): boolean {
    const from = name === 'places' ? PLACES_FROM_ZOOM : RESIDENTS_FROM_ZOOM;
    return this.#shown.has(name) && this.#map.getZoom() >= from;
  }

  #drawOver(): void {
    this.#layers.set('places', placesLayer(this.#places, this.#palette, this.#isVisible('places')));
    if (this.#residents.length > 0) {
      const visible = this.#isVisible('residents');
      this.#layers.set('residents', residentsLayer(this.#residents, this.#palette, visible));
    }
    this.#show();
  }

  #redraw(): void {
    const drawn = this.#drawn;
    if (!drawn || !this.#loaded) return;
    const { rgba } = this.#palette;
    const wards = this.#level === 'ward';
    this.#layers.set(
      'borders',
      outlinesLayer('borders', drawn.outlines, rgba['map-border'], wards ? 0.7 : 1.2),
    );
    const over = wards ? (this.#districts?.outlines ?? NO_OUTLINES) : NO_OUTLINES;
    this.#layers.set('districts', outlinesLayer('districts', over, rgba['map-border-district'], 1.1));
    this.#map.setLayerZoomRange(WARD_LABELS, wards ? WARD_NAMES_FROM_ZOOM : 24, 24);
    this.#map.setLayerZoomRange(DISTRICT_LABELS, 0, wards ? WARD_NAMES_FROM_ZOOM : 24);
    if (this.#paint) this.paint(this.#paint);
    this.#outlineMarked();
    this.#drawOver();
  }

  #outlineMarked(): void {
    const { rgba } = this.#palette;
    const rings = (code: string | null) => (code && this.#drawn?.outlines_by_code.get(code)) || NO_OUTLINES;
    this.#layers.set('hover', outlinesLayer('hover', rings(this.#hover), rgba['map-hover'], 2));
    this.#layers.set('selected', outlinesLayer('selected', rings(this.#selected), rgba['map-select'], 3));
    this.#show();
  }

  #show(): void {
    const order = [
      'areas',
      'residents',
      'borders',
      'districts',
      'reach',
      'hover',
      'selected',
      'places',
      'vehicle-trails',
      'vehicles',
      'seen',
    ];
    const layers = order.flatMap((id) => this.#layers.get(id) ?? []);
    this.#overlay.setProps({ layers });
  }

  /** The first frame that has coloured areas counts as drawn once the map has nothing more to do. */
  #settle(): void {
    if (this.#ready || !this.#layers.get('areas')?.isLoaded) return;
    this.#ready = true;
    this.#map.once('idle', this.#on.ready);
  }
}
