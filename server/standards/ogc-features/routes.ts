import { bbox as turfBbox } from '@turf/bbox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { type Bbox, CITY_BBOX } from '../../../geo/types.ts';
import { badParameter, ProblemError } from '../../errors.ts';
import { areasOf } from '../../exports/areas.ts';
import { isUnchanged } from '../../exports/etag.ts';
import type { Services } from '../../services.ts';
import { parseBbox, touches } from './bbox.ts';
import { COLLECTION_IDS, COLLECTIONS, type Collection, type CollectionId } from './collections.ts';
import { toHtml } from './html.ts';
import { firstDay, type ItemsQuery, readItems } from './items.ts';
import {
  GEOJSON_TYPE,
  HTML_TYPE,
  href,
  JSON_TYPE,
  type Link,
  OPENAPI_TYPE,
  originOf,
  SCHEMA_TYPE,
  selfLinks,
  wantsHtml,
} from './links.ts';
import { featuresSchema, itemParameterNames, itemsParameters, LIMIT, openApiDocument } from './openapi.ts';

const CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84';
const CONFORMS_TO = ['core', 'oas30', 'html', 'geojson'].map(
  (name) => `http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/${name}`,
);

type Query = Record<string, unknown>;
type Route = { Params: { collectionId: string; featureId: string }; Querystring: Query };

/** `/ogc`: OGC API – Features, Part 1 (OGC 17-069r4), classes Core, OpenAPI 3.0, HTML and GeoJSON. */
export async function ogcFeaturesRoutes(
  app: FastifyInstance,
  { services }: { services: Services },
): Promise<void> {
  for (const url of ['/ogc', '/ogc/']) {
    app.get<Route>(url, options('Landing page', JSON_TYPE, url === '/ogc/'), async (request, reply) => {
      readQuery(request, ['f']);
      return answer(request, reply, 'Learning City Monitor', landing(request), JSON_TYPE);
    });
  }
  app.get<Route>('/ogc/conformance', options('Conformance classes', JSON_TYPE), async (request, reply) => {
    readQuery(request, ['f']);
    const document = { conformsTo: CONFORMS_TO, links: selfLinks(request, '/conformance', JSON_TYPE) };
    return answer(request, reply, 'Conformance', document, JSON_TYPE);
  });
  app.get<Route>(
    '/ogc/api',
    options('Definition of this API, OpenAPI 3.0', OPENAPI_TYPE),
    async (request, reply) => {
      readQuery(request, []);
      // As bytes, since a text would get a charset behind the version.
      return reply
        .header('content-type', OPENAPI_TYPE)
        .send(Buffer.from(JSON.stringify(openApiDocument(href(request, '')))));
    },
  );
  app.get<Route>('/ogc/collections', options('Collections', JSON_TYPE), async (request, reply) => {
    readQuery(request, ['f']);
    const document = {
      links: selfLinks(request, '/collections', JSON_TYPE),
      collections: await Promise.all(
        COLLECTION_IDS.map((id) => describe(request, services, COLLECTIONS[id])),
      ),
    };
    return answer(request, reply, 'Collections', document, JSON_TYPE);
  });
  collectionRoutes(app, services);
}

function collectionRoutes(app: FastifyInstance, services: Services): void {
  const path = '/ogc/collections/:collectionId';
  app.get<Route>(path, options('One collection', JSON_TYPE), async (request, reply) => {
    const collection = collectionOf(request);
    readQuery(request, ['f']);
    const own = `/collections/${collection.id}`;
    const described = await describe(request, services, collection);
    const document = {
      ...described,
      links: [...selfLinks(request, own, JSON_TYPE), ...described.links.slice(1)],
    };
    return answer(request, reply, collection.title, document, JSON_TYPE);
  });

  app.get<Route>(
    `${path}/schema`,
    options('Properties of a collection', SCHEMA_TYPE),
    async (request, reply) => {
      const collection = collectionOf(request);
      readQuery(request, ['f']);
      const own = `/collections/${collection.id}/schema`;
      const document = featuresSchema(collection, href(request, own));
      return answer(request, reply, collection.title, document, SCHEMA_TYPE);
    },
  );

  app.get<Route>(
    `${path}/items`,
    options('Features of a collection', GEOJSON_TYPE, false, ITEMS_QUERY),
    async (request, reply) => {
      const collection = collectionOf(request);
      const query = readQuery(
        request,
        itemsParameters(collection).map(({ name }) => String(name)),
      );
      return sendItems(request, reply, services, collection, query);
    },
  );

  app.get<Route>(
    `${path}/items/:featureId`,
    options('One feature', GEOJSON_TYPE, false, ITEM_QUERY),
    async (request, reply) => {
      const collection = collectionOf(request);
      const query = readQuery(request, itemParameterNames(collection));
      const { features, pinned } = await readItems(request, services, collection, query);
      const { featureId } = request.params;
      const feature = features.find(({ id }) => id === featureId);
      if (!feature) throw notFound(`${collection.id} has no feature "${featureId.slice(0, 100)}".`);
      const own = `/collections/${collection.id}`;
      const links: Link[] = [
        ...selfLinks(request, `${own}/items/${encodeURIComponent(featureId)}`, GEOJSON_TYPE, {
          ...pinned,
          f: query.f,
        }),
        { href: href(request, own), rel: 'collection', type: JSON_TYPE, title: collection.title },
      ];
      return answer(request, reply, `${collection.title}: ${featureId}`, { ...feature, links }, GEOJSON_TYPE);
    },
  );
}

async function sendItems(
  request: FastifyRequest,
  reply: FastifyReply,
  services: Services,
  collection: Collection,
  query: ItemsQuery,
): Promise<FastifyReply> {
  const boxes = query.bbox === undefined ? undefined : parseBbox(query.bbox);
  const limit = Math.min(wholeNumber('limit', query.limit, 1) ?? LIMIT.default, LIMIT.maximum);
  const offset = wholeNumber('offset', query.offset, 0) ?? 0;
  const items = await readItems(request, services, collection, query);
  const matched = boxes ? items.features.filter(({ geometry }) => touches(geometry, boxes)) : items.features;
  const features = matched.slice(offset, offset + limit);
  const path = `/collections/${collection.id}`;
  const asked = { ...items.pinned, bbox: query.bbox, limit: query.limit, f: query.f };
  const page = (rel: 'next' | 'prev', at: number): Link => ({
    href: href(request, `${path}/items`, { ...asked, offset: at === 0 ? undefined : at }),
    rel,
    type: wantsHtml(request) ? HTML_TYPE : GEOJSON_TYPE,
    title: rel === 'next' ? 'Next page' : 'Previous page',
  });
  const document = {
    type: 'FeatureCollection',
    numberMatched: matched.length,
    numberReturned: features.length,
    links: [
      ...selfLinks(request, `${path}/items`, GEOJSON_TYPE, {
        ...asked,
        offset: offset === 0 ? undefined : offset,
      }),
      { href: href(request, path), rel: 'collection', type: JSON_TYPE, title: collection.title },
      ...(offset + features.length < matched.length ? [page('next', offset + limit)] : []),
      ...(offset > 0 ? [page('prev', Math.max(0, offset - limit))] : []),
    ],
    features,
  };
  return answer(request, reply, collection.title, document, GEOJSON_TYPE, {
    timeStamp: new Date().toISOString(),
  });
}

/** Sends a document as JSON or as a page; `moment` is left out of what its ETag says. */
function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  title: string,
  document: object,
  type: string,
  moment: object = {},
): FastifyReply {
  const isHtml = wantsHtml(request);
  if (isUnchanged(request, reply, [isHtml, document])) return reply.send();
  if (isHtml)
    return reply.type(`${HTML_TYPE}; charset=utf-8`).send(toHtml(title, { ...moment, ...document }));
  return reply.type(type).send(JSON.stringify({ ...document, ...moment }));
}

function landing(request: FastifyRequest): object {
  const origin = originOf(request);
  return {
    title: 'Learning City Monitor',
    description:
      'Phường, xã, đặc khu, quận huyện cũ và nơi học với số liệu học tập. Wards, former districts and places of learning with their figures.',
    links: [
      ...selfLinks(request, '', JSON_TYPE),
      {
        href: href(request, '/api'),
        rel: 'service-desc',
        type: OPENAPI_TYPE,
        title: 'Definition of this API',
      },
      {
        href: `${origin}/api/openapi.json`,
        rel: 'service-desc',
        type: 'application/vnd.oai.openapi+json;version=3.1',
        title: 'Definition of the whole service',
      },
      {
        href: `${origin}/api/docs`,
        rel: 'service-doc',
        type: HTML_TYPE,
        title: 'Definition of the whole service, to read',
      },
      {
        href: href(request, '/conformance'),
        rel: 'conformance',
        type: JSON_TYPE,
        title: 'Conformance classes',
      },
      { href: href(request, '/collections'), rel: 'data', type: JSON_TYPE, title: 'Collections' },
    ],
  };
}

async function describe(request: FastifyRequest, services: Services, { id, title, description }: Collection) {
  const path = `/collections/${id}`;
  const first = id === 'places' ? undefined : await firstDay(services);
  const links: Link[] = [
    { href: href(request, path), rel: 'self', type: JSON_TYPE, title },
    { href: href(request, `${path}/items`), rel: 'items', type: GEOJSON_TYPE, title: `${title} (GeoJSON)` },
    {
      href: href(request, `${path}/items`, { f: 'html' }),
      rel: 'items',
      type: HTML_TYPE,
      title: `${title} (HTML)`,
    },
    { href: href(request, `${path}/schema`), rel: 'describedby', type: SCHEMA_TYPE, title: 'Properties' },
    // GDAL up to 3.6 knows the relation in this writing only.
    { href: href(request, `${path}/schema`), rel: 'describedBy', type: SCHEMA_TYPE, title: 'Properties' },
  ];
  return {
    id,
    title,
    description,
    itemType: 'feature',
    crs: [CRS84],
    extent: {
      spatial: { bbox: [extentOf(services, id)], crs: CRS84 },
      ...(id === 'places'
        ? {}
        : {
            temporal: {
              interval: [[first === undefined ? null : new Date(first).toISOString(), null]],
              trs: 'http://www.opengis.net/def/uom/ISO-8601/0/Gregorian',
            },
          }),
    },
    links,
  };
}

const extents = new WeakMap<object, Bbox>();

function extentOf({ geography, config, sources }: Services, id: CollectionId): Bbox {
  if (id === 'places') {
    const placed = sources.all.filter((place) => place.lon !== null && place.lat !== null);
    if (placed.length === 0) return CITY_BBOX;
    const points = placed.map(({ lon, lat }) => [lon ?? 0, lat ?? 0]);
    return turfBbox({ type: 'MultiPoint', coordinates: points }).slice(0, 4) as Bbox;
  }
  const areas = areasOf(geography, id === 'wards' ? 'ward' : 'district', config.DIVISION);
  const known = extents.get(areas);
  if (known) return known;
  const drawn = areas.features.flatMap(({ geometry }) =>
    geometry ? [{ type: 'Feature' as const, properties: {}, geometry }] : [],
  );
  // The collection's own bbox is the first view, without the island far out at sea.
  const box =
    drawn.length === 0
      ? CITY_BBOX
      : (turfBbox({ type: 'FeatureCollection', features: drawn }).slice(0, 4) as Bbox);
  extents.set(areas, box);
  return box;
}

function collectionOf(request: FastifyRequest<Route>): Collection {
  const { collectionId } = request.params;
  const id = COLLECTION_IDS.find((known) => known === collectionId);
  if (id === undefined)
    throw notFound(
      `There is no collection "${collectionId.slice(0, 100)}"; there are ${COLLECTION_IDS.join(', ')}.`,
    );
  return COLLECTIONS[id];
}

/** The parameters of a request as texts. Throws 400 for one that is unknown (the standard asks for it) or repeated. */
function readQuery(request: FastifyRequest<Route>, allowed: readonly string[]): ItemsQuery {
  const { query } = request;
  for (const [name, value] of Object.entries(query)) {
    if (!allowed.includes(name))
      throw badParameter(name.slice(0, 100), value, `only ${allowed.join(', ') || 'no parameter'} here`);
    if (typeof value !== 'string') throw badParameter(name, value, 'it once');
  }
  const { f } = query;
  if (f !== undefined && f !== 'json' && f !== 'html') throw badParameter('f', f, 'json, html');
  return query as ItemsQuery;
}

function wholeNumber(field: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < least)
    throw badParameter(field, text, `a whole number from ${least}`);
  return value;
}

function notFound(detail: string): ProblemError {
  return new ProblemError(404, 'not-found', detail);
}

/** The parameters of all collections, for the product's own definition; each collection checks its own. */
function documented(names: (collection: Collection) => string[]): TSchema {
  const all = Object.values(COLLECTIONS).flatMap((collection) => {
    const taken = new Set(names(collection));
    return itemsParameters(collection).filter(({ name }) => taken.has(String(name)));
  });
  return Type.Object(
    Object.fromEntries(
      all.map(({ name, description }) => [
        name,
        Type.Optional(Type.Unsafe({ description: String(description) })),
      ]),
    ),
  );
}
const ITEMS_QUERY = documented((collection) => itemsParameters(collection).map(({ name }) => String(name)));
const ITEM_QUERY = documented(itemParameterNames);

function options(summary: string, type: string, hide = false, querystring?: TSchema) {
  const schema = Type.Object({}, { additionalProperties: true });
  return {
    config: { door: 'viewer' as const },
    schema: {
      tags: ['ogc'],
      summary,
      hide,
      ...(querystring ? { querystring } : {}),
      response: { 200: { content: { [type]: { schema }, [HTML_TYPE]: { schema: Type.String() } } } },
    },
    serializerCompiler: () => (text: unknown) => text as string,
  };
}
