import type { FastifyRequest } from 'fastify';

/** A link as RFC 8288 and the standard have it. */
export type Link = { href: string; rel: string; type: string; title?: string };

export const JSON_TYPE = 'application/json';
export const GEOJSON_TYPE = 'application/geo+json';
export const HTML_TYPE = 'text/html';
export const SCHEMA_TYPE = 'application/schema+json';
/** The conformance class asks for OpenAPI 3.0; the product's own definition is 3.1. */
export const OPENAPI_TYPE = 'application/vnd.oai.openapi+json;version=3.0';

/** Where this service is reached, as the caller wrote it: `https://city.example`. */
export function originOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

/** Address of a resource of the API with a query; parameters without a value are left out. */
export function href(
  request: FastifyRequest,
  path: string,
  query: Record<string, string | number | undefined> = {},
): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  const text = new URLSearchParams(given).toString();
  return `${originOf(request)}/ogc${path}${text === '' ? '' : `?${text}`}`;
}

/** This document in the form it is sent in, and in the other one. */
export function selfLinks(
  request: FastifyRequest,
  path: string,
  type: string,
  query: Record<string, string | number | undefined> = {},
): Link[] {
  const isHtml = wantsHtml(request);
  const { f, ...rest } = query;
  const as = (format: 'json' | 'html', rel: string): Link => ({
    href: href(request, path, format === 'html' ? { ...rest, f: 'html' } : { ...rest, f }),
    rel,
    type: format === 'html' ? HTML_TYPE : type,
    title: format === 'html' ? 'This document as a page' : 'This document',
  });
  return isHtml
    ? [as('html', 'self'), { ...as('json', 'alternate'), href: href(request, path, { ...rest, f: 'json' }) }]
    : [as('json', 'self'), as('html', 'alternate')];
}

/** Whether a person's browser asks: `f=html`, or an Accept header that likes HTML more than JSON. */
export function wantsHtml(request: FastifyRequest): boolean {
  const { f } = request.query as { f?: string };
  if (f !== undefined) return f === 'html';
  const liked = (request.headers.accept ?? '')
    .split(',')
    .map((part, place) => {
      const [type = '', ...parameters] = part.split(';').map((text) => text.trim());
      const q = parameters.find((text) => text.startsWith('q='));
      return { type, q: q ? Number(q.slice(2)) : 1, place };
    })
    .filter(({ type }) => type === HTML_TYPE || type === '*/*' || /\bjson$/.test(type))
    .sort((a, b) => b.q - a.q || a.place - b.place);
  return liked[0]?.type === HTML_TYPE;
}
