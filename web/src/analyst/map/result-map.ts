import type { Layer, PickingInfo } from '@deck.gl/core';
import { ScatterplotLayer, SolidPolygonLayer } from '@deck.gl/layers';
import { MapboxOverlay } from '@deck.gl/mapbox';
import maplibregl, { type GeoJSONSource, type Map as MapLibre } from 'maplibre-gl';
import { fitting } from '../../map/camera.ts';
import type { Rgba } from '../../map/color.ts';
import type { DrawnAreas } from '../../map/drawn-areas.ts';
import type { Bbox, Ring } from '../../map/geometry.ts';
import { areasLayer, UNDER_WATER } from '../../map/layers/areas.ts';
import { outlinesLayer, UNDER_LABELS } from '../../map/layers/outlines.ts';
import type { Palette } from '../../map/palette.ts';
import {
  BASEMAP,
  buildStyle,
  DISTRICT_LABELS,
  HATCH,
  hatchImage,
  LABELS,
  MARKS,
  WARD_LABELS,
} from '../../map/style.ts';

/** A cell or a point as it is drawn; `at` is its place in the data, for what is pointed at. */
export type DrawnCell = { ring: Ring; colour: Rgba; at: number };
export type DrawnPoint = { lon: number; lat: number; colour: Rgba; at: number };

/** What the map shows: coloured areas (one colour a feature, null hatched), cells or points; `key` names its state. */
export type Picture = { key: string; box: Bbox } & (
  | { kind: 'areas'; level: 'ward' | 'district'; drawn: DrawnAreas; colours: readonly (Rgba | null)[] }
  | { kind: 'cells'; cells: readonly DrawnCell[] }
  | { kind: 'points'; points: readonly DrawnPoint[] }
);

/** What lies under the pointer: an area's code, or a place in the data. */
export type Pointed = { code: string } | { at: number } | null;

type Options = {
  container: HTMLElement;
  palette: Palette;
  city: Bbox;
  still: boolean;
  pointed: (what: Pointed, x: number, y: number) => void;
  /** The picture was drawn and the map has come to rest. */
  drawn: () => void;
};

const PADDING = { top: 16, right: 16, bottom: 16, left: 16 };
const CLEAR: Rgba = [0, 0, 0, 0];
const WARD_NAMES_FROM_ZOOM = 10.2;
const FLAT = { depthCompare: 'always', depthWriteEnabled: false } as const;

/** A dot in each cell: a cell of 0.1 km² is less than a pixel when the whole city is in sight. */
function cellDotsLayer(cells: readonly DrawnCell[]): Layer {
  return new ScatterplotLayer<DrawnCell>({
    id: 'cell-dots',
    data: [...cells],
    getPosition: ({ ring }) => {
      // The first corner and the one across from it.
      const [x, y] = ring[0] ?? [0, 0];
      const [across_x, across_y] = ring[3] ?? [x, y];
      return [(x + across_x) / 2, (y + across_y) / 2];
    },
    getRadius: 2.5,
    radiusUnits: 'pixels',
    getFillColor: ({ colour }) => [colour[0], colour[1], colour[2], 255],
    pickable: true,
    parameters: FLAT,
    beforeId: UNDER_LABELS,
  } as ConstructorParameters<typeof ScatterplotLayer<DrawnCell>>[0]);
}

function cellsLayer(cells: readonly DrawnCell[]): Layer {
  return new SolidPolygonLayer<DrawnCell>({
    id: 'cells',
    data: [...cells],
    getPolygon: ({ ring }) => ring,
    getFillColor: ({ colour }) => colour,
    pickable: true,
    parameters: FLAT,
    beforeId: UNDER_WATER,
  } as ConstructorParameters<typeof SolidPolygonLayer<DrawnCell>>[0]);
}

function pointsLayer(points: readonly DrawnPoint[], palette: Palette): Layer {
  return new ScatterplotLayer<DrawnPoint>({
    id: 'points',
    data: [...points],
    getPosition: ({ lon, lat }) => [lon, lat],
    getRadius: 4,
    radiusUnits: 'pixels',
    stroked: true,
    lineWidthUnits: 'pixels',
    getLineWidth: 1,
    getFillColor: ({ colour }) => colour,
    getLineColor: palette.rgba['map-point-ring'],
    pickable: true,
    parameters: FLAT,
    beforeId: UNDER_LABELS,
  } as ConstructorParameters<typeof ScatterplotLayer<DrawnPoint>>[0]);
}

/** A result on the page's base map: made once, handed one picture after the other. */
export class ResultMapView {
  readonly #map: MapLibre;
  readonly #overlay: MapboxOverlay;
  readonly #on: Pick<Options, 'pointed' | 'drawn'>;
  #palette: Palette;
  #picture: Picture | null = null;
  #borders: DrawnAreas | null = null;
  #loaded = false;
  #settled = '';

  constructor({ container, palette, city, still, pointed, drawn }: Options) {
    this.#palette = palette;
    this.#on = { pointed, drawn };
    this.#map = new maplibregl.Map({
      container,
      style: buildStyle(palette),
      bounds: city,
      fitBoundsOptions: { padding: PADDING },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      maxPitch: 0,
      minZoom: 4,
      maxZoom: 17,
      renderWorldCopies: false,
      fadeDuration: still ? 0 : 150,
    });
    this.#map.touchZoomRotate.disableRotation();
    this.#map.keyboard.disableRotation();
    this.#overlay = new MapboxOverlay({ interleaved: true, layers: [], onAfterRender: () => this.#settle() });
    this.#map.on('load', () => {
      this.#loaded = true;
      this.#map.addControl(this.#overlay);
      this.#map.addImage(HATCH, hatchImage(this.#palette));
      this.#draw();
    });
    this.#map.on('mousemove', ({ point, lngLat }) => {
      this.#on.pointed(this.#under(point, lngLat), point.x, point.y);
    });
    this.#map.on('mouseout', () => this.#on.pointed(null, 0, 0));
  }

  /** Draws a picture; the camera goes where it lies when that is elsewhere. */
  show(picture: Picture): void {
    const before = this.#picture;
    if (before?.key === picture.key) return;
    this.#picture = picture;
    if (before?.box.join() !== picture.box.join()) {
      const goal = fitting(this.#map, picture.box, PADDING, 13);
      if (goal) this.#map.jumpTo(goal);
    }
    this.#draw();
  }

  /** Outlines of wards under cells and points, so that one sees where they are. */
  setBorders(drawn: DrawnAreas): void {
    if (drawn === this.#borders) return;
    this.#borders = drawn;
    this.#draw();
  }

  setLabels(labels: GeoJSON.FeatureCollection): void {
    this.#whenLoaded(() => this.#source(LABELS)?.setData(labels));
  }

  setBasemap(basemap: GeoJSON.FeatureCollection): void {
    this.#whenLoaded(() => this.#source(BASEMAP)?.setData(basemap));
  }

  /** What a screen reader calls the map. */
  setTitle(title: string): void {
    this.#map.getCanvas().setAttribute('aria-label', title);
  }

  /** Takes other colours; the picture of the same theme follows. */
  setPalette(palette: Palette): void {
    this.#palette = palette;
    this.#whenLoaded(() => {
      for (const layer of buildStyle(palette).layers) {
        for (const [name, value] of Object.entries(layer.paint ?? {})) {
          this.#map.setPaintProperty(layer.id, name as 'fill-color', value);
        }
      }
      this.#map.updateImage(HATCH, hatchImage(palette));
      this.#draw();
    });
  }

  zoomBy(steps: number): void {
    this.#map.zoomTo(this.#map.getZoom() + steps, { duration: 200 });
  }

  destroy(): void {
    this.#map.remove();
  }

  #source(id: string): GeoJSONSource | undefined {
    return this.#map.getSource<GeoJSONSource>(id);
  }

  #whenLoaded(work: () => void): void {
    if (this.#loaded) work();
    else this.#map.once('load', work);
  }

  #under(point: { x: number; y: number }, { lng, lat }: { lng: number; lat: number }): Pointed {
    const picture = this.#picture;
    if (!picture) return null;
    if (picture.kind === 'areas') {
      const code = picture.drawn.find(lng, lat);
      return code === null ? null : { code };
    }
    const found: PickingInfo<{ at: number }> | null = this.#overlay.pickObject({ ...point, radius: 4 });
    return found?.object ? { at: found.object.at } : null;
  }

  #draw(): void {
    const picture = this.#picture;
    if (!picture || !this.#loaded) return;
    const { rgba } = this.#palette;
    const layers: Layer[] = [];
    const none: GeoJSON.Feature[] = [];
    if (picture.kind === 'areas') {
      const { drawn, colours, key } = picture;
      drawn.areas.features.forEach(({ geometry }, at) => {
        if (geometry && colours[at] === null) {
          none.push({ type: 'Feature', properties: { mark: 'no_data' }, geometry });
        }
      });
      const filled = colours.map((colour) => colour ?? CLEAR);
      layers.push(areasLayer(drawn.parts, filled, key));
      layers.push(outlinesLayer('borders', drawn.outlines, rgba['map-border-district'], 0.7));
    } else {
      if (picture.kind === 'cells') layers.push(cellsLayer(picture.cells));
      if (this.#borders) {
        layers.push(outlinesLayer('borders', this.#borders.outlines, rgba['map-border-district'], 0.6));
      }
      if (picture.kind === 'cells') layers.push(cellDotsLayer(picture.cells));
      if (picture.kind === 'points') layers.push(pointsLayer(picture.points, this.#palette));
    }
    const wards = picture.kind !== 'areas' || picture.level === 'ward';
    this.#map.setLayerZoomRange(WARD_LABELS, wards ? WARD_NAMES_FROM_ZOOM : 24, 24);
    this.#map.setLayerZoomRange(DISTRICT_LABELS, 0, wards ? WARD_NAMES_FROM_ZOOM : 24);
    this.#source(MARKS)?.setData({ type: 'FeatureCollection', features: none });
    this.#overlay.setProps({ layers });
  }

  #settle(): void {
    const key = this.#picture?.key ?? '';
    if (key === '' || key === this.#settled) return;
    this.#settled = key;
    this.#map.once('idle', this.#on.drawn);
  }
}
