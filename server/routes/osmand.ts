import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { type Caller, identify, mayPass } from '../access/caller.ts';
import { bearerOf } from '../access/doors.ts';
import { SOURCE_ID_PATTERN } from '../contract/event.ts';
import { type OsmandAnswer, OsmandAnswerSchema } from '../contract/vehicle.ts';
import { ProblemError } from '../errors.ts';
import { type StoredReject, storeRejects } from '../ingest/rejects.ts';
import type { Services } from '../services.ts';
import { type FixRefusal, type Report, readForm, readJson } from '../vehicles/osmand.ts';

/** A day of a position a second is under 30 MB as JSON; a phone sends one position, or some hundreds, at once. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
/** Devices that one request may speak for: each wrong secret costs a slow hash. */
const MOST_DEVICES = 200;
const SOURCE_ID = new RegExp(SOURCE_ID_PATTERN);
/** What a key looks like: one that is mistyped or revoked must not become the public name of a vehicle. */
const LIKE_A_KEY = /^lcm_/;

/** The vehicle that a device stands for, and the key that says so. */
type Device = { source_id: string; key_id: string };

/**
 * `/osmand`: positions from stock phone apps (Traccar Client, OsmAnd, GPSLogger), by query string, form or JSON.
 *
 * These apps keep a position until they get a 2xx and send nothing after it meanwhile, so a position that will never
 * be taken (a wrong clock, no point) is answered 200 and kept among the rejects: any other answer would silence the
 * device for ever. An unknown secret gets 401: the device keeps what it has until its setting is put right.
 */
export async function osmandRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, (_request, body, done) =>
    done(null, body),
  );
  const handler = async (request: FastifyRequest): Promise<OsmandAnswer> => {
    if (services.config.OPEN_ACCESS) refuseOtherSites(request);
    const reports = readReports(request, Date.now());
    return take(services, reports, await devicesOf(services, request, reports));
  };
  const text = (description: string) => Type.Optional(Type.String({ description }));
  const schema = {
    tags: ['vehicles'],
    summary: 'Positions of mobile libraries from stock phone apps and trackers (Traccar/OsmAnd protocol)',
    description:
      'Query string, form (application/x-www-form-urlencoded) or the JSON of Traccar Client 9, one position or many. ' +
      'Answers when they are durable, and 200 also when a position is refused: apps would send it for ever.',
    security: [],
    querystring: Type.Object({
      id: text('Secret of the device: an ingest key of exactly one source; or `deviceid`'),
      lat: text('Degrees, WGS 84'),
      lon: text('Degrees, WGS 84'),
      timestamp: text('Seconds or milliseconds since 1970, or ISO 8601; default now'),
      speed: text('Knots, or as speed_unit says'),
      speed_unit: text('kn (default), ms or kmh: OsmAnd and GPSLogger know metres per second only'),
      bearing: text('Degrees clockwise from north; or `heading`'),
      accuracy: text('Metres; else `hdop`'),
      batt: text('Percent'),
      valid: text('false or 0: the device does not believe its own position'),
    }),
    response: { 200: OsmandAnswerSchema },
  };
  for (const url of ['/osmand', '/osmand/']) {
    const hide = url.endsWith('/');
    app.route({
      method: ['GET', 'POST'],
      url,
      exposeHeadRoute: false,
      config: { door: 'anyone' },
      schema: { ...schema, hide },
      // What stock apps send is read here, by hand and kindly; a check beforehand would quote the secret in its error.
      validatorCompiler: () => () => true,
      handler,
    });
  }
}

/** A page elsewhere could point an image at an open service and so invent positions; browsers say when they do. */
function refuseOtherSites({ headers }: FastifyRequest): void {
  if (['cross-site', 'same-site'].includes(`${headers['sec-fetch-site'] ?? ''}`)) {
    throw new ProblemError(
      403,
      'foreign-origin',
      'Another page may not send positions while no keys are asked for.',
    );
  }
}

/** The positions of a request. Throws 400 where nothing can be read, 415 for a packed body. */
function readReports(request: FastifyRequest, now: number): Report[] {
  const query = new URLSearchParams(request.url.split('?')[1] ?? '');
  const { 'content-encoding': encoding = 'identity', 'content-type': type = '' } = request.headers;
  if (encoding !== 'identity')
    throw new ProblemError(415, 'bad-media-type', 'content-encoding: allowed none for positions');
  const body = Buffer.isBuffer(request.body) ? request.body.toString('utf8').trim() : '';
  if (body === '') return [readForm(query, now)];
  if (type.includes('json') || body.startsWith('{') || body.startsWith('[')) {
    return readJson(parseJson(body), query.get('id') ?? query.get('deviceid') ?? '', now);
  }
  const form = new URLSearchParams(body);
  for (const [name, value] of query) if (!form.has(name)) form.set(name, value);
  return [readForm(form, now)];
}

/** Throws 400 without the parser's own words, which quote what was sent. */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new ProblemError(400, 'bad-json', 'body: not JSON');
  }
}

/** Which vehicle each id stands for. Throws 401 for the first that stands for none, whatever is wrong with it. */
async function devicesOf(
  services: Services,
  request: FastifyRequest,
  reports: readonly Report[],
): Promise<Map<string, Device>> {
  const ids = new Set(reports.map(({ id }) => id));
  if (ids.size > MOST_DEVICES)
    throw new ProblemError(
      400,
      'bad-parameter',
      `device_id: allowed at most ${MOST_DEVICES} devices at once`,
    );
  const key = bearerOf(request.headers.authorization);
  const caller = key === undefined ? undefined : await identify(key, services.config, services.keys);
  const devices = new Map<string, Device>();
  for (const id of ids) {
    const device = caller ? spokenFor(caller, id) : await deviceOf(services, id);
    if (!device) {
      throw new ProblemError(
        401,
        'not-signed-in',
        'id: allowed the key of role ingest that was made for exactly one source (npm run key -- create --role ingest --source ID)',
      );
    }
    const registered = services.sources.get(device.source_id);
    if (registered && registered.source !== 'mobile_library') {
      throw new ProblemError(
        403,
        'not-allowed',
        `source_id: ${device.source_id} is registered as ${registered.source}, allowed mobile_library`,
      );
    }
    devices.set(id, device);
  }
  return devices;
}

/** The vehicle whose secret this is; on an open service any name that is no key is a vehicle. */
async function deviceOf({ keys, config }: Services, id: string): Promise<Device | undefined> {
  if (LIKE_A_KEY.test(id)) {
    const record = await keys.verify(id);
    const [source_id, ...more] = record?.sources ?? [];
    if (record?.role !== 'ingest' || source_id === undefined || more.length > 0) return undefined;
    return { source_id, key_id: record.key_id };
  }
  return config.OPEN_ACCESS && SOURCE_ID.test(id) ? { source_id: id, key_id: 'open-access' } : undefined;
}

/** With a key in the header `id` names the vehicle: a gateway that sends for many. */
function spokenFor(caller: Caller, id: string): Device | undefined {
  const allowed = mayPass(caller, 'ingest') && (caller.sources.length === 0 || caller.sources.includes(id));
  return allowed && SOURCE_ID.test(id) && !LIKE_A_KEY.test(id)
    ? { source_id: id, key_id: caller.key_id }
    : undefined;
}

async function take(
  services: Services,
  reports: readonly Report[],
  devices: ReadonlyMap<string, Device>,
): Promise<OsmandAnswer> {
  const rejected: OsmandAnswer['rejected'] = [];
  const rejects: StoredReject[] = [];
  const fixes = reports.flatMap((report, index) => {
    const device = devices.get(report.id);
    if (!device) return [];
    if ('fix' in report) return [{ source_id: device.source_id, fix: report.fix }];
    rejected.push({ index, ...report.refusal });
    rejects.push(rejectOf(device, report.refusal));
    return [];
  });
  if (fixes.length > 0) await services.vehicles.submit(fixes);
  if (rejects.length > 0) await storeRejects(services.store, rejects, Date.now());
  return { accepted: fixes.length, rejected };
}

/** A refused position as the operator finds it among the rejects. */
function rejectOf({ source_id, key_id }: Device, { reason, detail }: FixRefusal): StoredReject {
  return { source: 'mobile_library', source_id, event_id: '', reason, detail, key_id, record: '' };
}
