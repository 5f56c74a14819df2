import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import { extract } from 'tar-stream';
import { BoundaryError } from './boundary-error.ts';
import type { Progress } from './types.ts';

/** One file of an input, unpacked: its path within the input, and its bytes (never a slice of a larger buffer). */
export type SourceFile = { name: string; bytes: Uint8Array };

const MAX_BYTES = 2 ** 30;
const MAX_FILES = 50_000;
const FETCH_TIMEOUT_MS = 300_000;
/** What holds geometry or belongs to a file that does; the rest of a folder or archive is passed over. */
const WANTED = /\.(geojson|json|topojson|shp|dbf|prj|cpg|gpkg|kml|zip|tar|tgz|gz)$/i;

/**
 * The files of a FILE, DIR, ARCHIVE (.zip, .tar, .tar.gz, .tgz, .gz) or URL (http, https), unpacked.
 * What an archive is, its first bytes say, not its name. Throws BoundaryError naming the input.
 */
export async function readSourceFiles(input: string, onProgress?: Progress): Promise<SourceFile[]> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(input)) return unpack(await fetchFile(input, onProgress), input);
  const found = await stat(input).catch(() => undefined);
  if (!found) throw new BoundaryError(`${input}: no such file or folder`);
  if (found.isDirectory()) return readFolder(input, onProgress);
  onProgress?.('read', 0, 1);
  const file = { name: basename(input), bytes: await readBytes(input) };
  onProgress?.('read', 1, 1);
  const files = await unpack(file, input);
  return /\.shp$/i.test(file.name) ? [...files, ...(await companions(input))] : files;
}

async function readFolder(folder: string, onProgress?: Progress): Promise<SourceFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && isWanted(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const files: SourceFile[] = [];
  for (const [k, path] of paths.entries()) {
    onProgress?.('read', k, paths.length);
    files.push(...(await unpack({ name: relative(folder, path), bytes: await readBytes(path) }, path)));
  }
  onProgress?.('read', paths.length, paths.length);
  if (files.length === 0)
    throw new BoundaryError(
      `${folder}: holds no GeoJSON, TopoJSON or Shapefile (looked for ${WANTED.source})`,
    );
  return files;
}

/** The .dbf, .prj and .cpg beside a .shp given alone. */
async function companions(shp: string): Promise<SourceFile[]> {
  const stem = shp.slice(0, -extname(shp).length);
  const found: SourceFile[] = [];
  for (const extension of ['.dbf', '.prj', '.cpg', '.DBF', '.PRJ', '.CPG']) {
    const bytes = await readBytes(stem + extension).catch(() => undefined);
    if (bytes) found.push({ name: basename(stem) + extension.toLowerCase(), bytes });
  }
  return found;
}

async function readBytes(path: string): Promise<Uint8Array> {
  return ownBytes(await readFile(path));
}

/** A copy with a buffer of its own: the Shapefile reader looks at the whole buffer behind an array. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

async function fetchFile(url: string, onProgress?: Progress): Promise<SourceFile> {
  if (!/^https?:\/\//i.test(url))
    throw new BoundaryError(`${url}: only http:// and https:// addresses are read`);
  onProgress?.('download', 0, 1);
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) }).catch(
    (error: unknown) => {
      throw new BoundaryError(`${url}: could not be reached (${reasonOf(error)})`, { cause: error });
    },
  );
  if (!response.ok)
    throw new BoundaryError(`${url}: the server answered ${response.status} ${response.statusText}`);
  const expected = Number(response.headers.get('content-length') ?? 0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size > MAX_BYTES) throw new BoundaryError(`${url}: larger than ${MAX_BYTES / 2 ** 20} MiB`);
      onProgress?.('download', size, Math.max(expected, size));
    }
  } catch (error) {
    if (error instanceof BoundaryError) throw error;
    throw new BoundaryError(`${url}: broke off after ${size} bytes (${reasonOf(error)})`, { cause: error });
  }
  return { name: basename(new URL(url).pathname) || 'download', bytes: ownBytes(Buffer.concat(chunks)) };
}

/** The file itself, or what is in it when it is an archive; archives within archives are opened too. */
async function unpack(file: SourceFile, label: string, depth = 0): Promise<SourceFile[]> {
  const { bytes } = file;
  if (depth > 3) throw new BoundaryError(`${label}: archives nested more than 3 deep`);
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04])) return unpackAll(unzip(file, label), label, depth);
  if (startsWith(bytes, [0x1f, 0x8b]))
    return unpack({ name: ungzippedName(file.name), bytes: gunzip(bytes, label) }, label, depth + 1);
  if (isTar(bytes)) return unpackAll(await untar(bytes, label), label, depth);
  return [file];
}

async function unpackAll(files: readonly SourceFile[], label: string, depth: number): Promise<SourceFile[]> {
  if (files.length === 0) throw new BoundaryError(`${label}: holds no GeoJSON, TopoJSON or Shapefile`);
  const all: SourceFile[] = [];
  for (const file of files) all.push(...(await unpack(file, `${label} → ${file.name}`, depth + 1)));
  return all;
}

function unzip(file: SourceFile, label: string): SourceFile[] {
  let size = 0;
  let count = 0;
  try {
    const entries = unzipSync(file.bytes, {
      filter({ name, originalSize }) {
        if (!isWanted(name)) return false;
        size += originalSize;
        count += 1;
        checkSize(size, count, label);
        return true;
      },
    });
    return Object.entries(entries)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, bytes]) => ({ name, bytes: ownBytes(bytes) }));
  } catch (error) {
    if (error instanceof BoundaryError) throw error;
    throw new BoundaryError(`${label}: not a readable zip archive (${reasonOf(error)})`, { cause: error });
  }
}

function gunzip(bytes: Uint8Array, label: string): Uint8Array {
  try {
    return ownBytes(gunzipSync(bytes, { maxOutputLength: MAX_BYTES }));
  } catch (error) {
    throw new BoundaryError(`${label}: not readable gzip (${reasonOf(error)})`, { cause: error });
  }
}

async function untar(bytes: Uint8Array, label: string): Promise<SourceFile[]> {
  const archive = extract();
  archive.end(Buffer.from(bytes));
  const files: SourceFile[] = [];
  let size = 0;
  try {
    for await (const entry of archive) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry) chunks.push(chunk as Uint8Array);
      if (entry.header.type !== 'file' || !isWanted(entry.header.name)) continue;
      const content = ownBytes(Buffer.concat(chunks));
      size += content.length;
      checkSize(size, files.length, label);
      files.push({ name: entry.header.name, bytes: content });
    }
  } catch (error) {
    if (error instanceof BoundaryError) throw error;
    throw new BoundaryError(`${label}: not a readable tar archive (${reasonOf(error)})`, { cause: error });
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function checkSize(size: number, count: number, label: string): void {
  if (size > MAX_BYTES) throw new BoundaryError(`${label}: unpacks to more than ${MAX_BYTES / 2 ** 20} MiB`);
  if (count > MAX_FILES) throw new BoundaryError(`${label}: holds more than ${MAX_FILES} files`);
}

function isWanted(name: string): boolean {
  return WANTED.test(name) && !/(^|\/)(__MACOSX\/|\.)/.test(name);
}

function ungzippedName(name: string): string {
  return name.replace(/\.tgz$/i, '.tar').replace(/\.gz$/i, '');
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, k) => bytes[k] === byte);
}

function isTar(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(257, 262)).toString('latin1') === 'ustar';
}

/** What went wrong in a few words; fetch hides the network's own error in `cause`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
