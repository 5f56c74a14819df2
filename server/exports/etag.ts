import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Marks an answer by its content, to be asked for again each time and by each caller on his own. True when the reader
 * has this content already and 304 was set: then there is nothing to send.
 */
export function isUnchanged(request: FastifyRequest, reply: FastifyReply, content: unknown): boolean {
  const text = JSON.stringify([request.url, content]);
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  reply
    .header('etag', etag)
    .header('cache-control', 'private, no-cache')
    .header('vary', 'authorization, accept');
  const given = (request.headers['if-none-match'] ?? '').split(',');
  // Compression may have made it weak on the way.
  if (!given.some((one) => one.trim().replace(/^W\//, '') === etag)) return false;
  reply.code(304);
  return true;
}
