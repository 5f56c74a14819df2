import { polygonsOf } from '../../geo/rings.ts';
import type { AreaGeometry } from '../../geo/types.ts';

/** A polygon Shapefile's .shp and .dbf (UTF-8 text fields), for tests of its reader. ESRI 1998, "Shapefile Technical Description". */
export function writeShapefile(
  records: readonly { geometry: AreaGeometry; fields: Record<string, string> }[],
): { shp: Uint8Array; dbf: Uint8Array } {
  return {
    shp: shpOf(records.map((record) => record.geometry)),
    dbf: dbfOf(records.map((record) => record.fields)),
  };
}

function shpOf(geometries: readonly AreaGeometry[]): Uint8Array {
  const records = geometries.map((geometry, k) => {
    // Shapefiles wind outer rings clockwise, the other way round than GeoJSON.
    const rings = polygonsOf(geometry)
      .flat()
      .map((ring) => [...ring].reverse());
    const points = rings.flat();
    const content = Buffer.alloc(44 + 4 * rings.length + 16 * points.length);
    content.writeInt32LE(5, 0);
    writeBox(content, 4, points);
    content.writeInt32LE(rings.length, 36);
    content.writeInt32LE(points.length, 40);
    let first = 0;
    for (const [r, ring] of rings.entries()) {
      content.writeInt32LE(first, 44 + 4 * r);
      first += ring.length;
    }
    for (const [p, [lon = 0, lat = 0]] of points.entries()) {
      content.writeDoubleLE(lon, 44 + 4 * rings.length + 16 * p);
      content.writeDoubleLE(lat, 52 + 4 * rings.length + 16 * p);
    }
    const header = Buffer.alloc(8);
    header.writeInt32BE(k + 1, 0);
    header.writeInt32BE(content.length / 2, 4);
    return Buffer.concat([header, content]);
  });
  const header = Buffer.alloc(100);
  header.writeInt32BE(9994, 0);
  header.writeInt32BE((100 + records.reduce((sum, record) => sum + record.length, 0)) / 2, 24);
  header.writeInt32LE(1000, 28);
  header.writeInt32LE(5, 32);
  writeBox(header, 36, geometries.flatMap(polygonsOf).flat(2));
  return new Uint8Array(Buffer.concat([header, ...records]));
}

function writeBox(buffer: Buffer, offset: number, points: readonly number[][]): void {
  const lons = points.map((point) => point[0] ?? 0);
  const lats = points.map((point) => point[1] ?? 0);
  const box = [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
  for (const [k, value] of box.entries()) buffer.writeDoubleLE(value, offset + 8 * k);
}

const FIELD_BYTES = 80;

function dbfOf(records: readonly Record<string, string>[]): Uint8Array {
  const names = Object.keys(records[0] ?? {});
  const header = Buffer.alloc(32 + 32 * names.length + 1);
  header.writeUInt8(3, 0);
  header.writeInt32LE(records.length, 4);
  header.writeInt16LE(header.length, 8);
  header.writeInt16LE(1 + FIELD_BYTES * names.length, 10);
  for (const [k, name] of names.entries()) {
    header.write(name.slice(0, 10), 32 + 32 * k, 'latin1');
    header.write('C', 32 + 32 * k + 11, 'latin1');
    header.writeUInt8(FIELD_BYTES, 32 + 32 * k + 16);
  }
  header.writeUInt8(0x0d, header.length - 1);
  const rows = records.map((record) => {
    const row = Buffer.alloc(1 + FIELD_BYTES * names.length, ' ');
    for (const [k, name] of names.entries()) row.write(record[name] ?? '', 1 + FIELD_BYTES * k, 'utf8');
    return row;
  });
  return new Uint8Array(Buffer.concat([header, ...rows, Buffer.from([0x1a])]));
}
