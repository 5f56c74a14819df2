declare module 'shpjs' {
  import type { FeatureCollection } from 'geojson';

  /** The parts of one Shapefile; each array must own its whole buffer. */
  type ShapefileParts = { shp: Uint8Array; dbf?: Uint8Array; prj?: Uint8Array; cpg?: Uint8Array };

  /** Reads a Shapefile into degrees, undoing the projection its .prj names. */
  export default function shp(parts: ShapefileParts): Promise<FeatureCollection | FeatureCollection[]>;
}
