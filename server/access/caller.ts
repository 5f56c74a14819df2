import { createHash, timingSafeEqual } from 'node:crypto';
import type { Config } from '../config.ts';
import type { Role } from '../contract/status.ts';
import { ProblemError } from '../errors.ts';
import type { KeyRing } from './keys.ts';

/** Who asks: a role, the key behind it, and for ingest keys the sources it may write for. */
export type Caller = { role: Role; key_id: string; sources: readonly string[] };

/** Reading roles from least to most; `ingest` stands apart. */
const LADDER: readonly Role[] = ['viewer', 'leader', 'planner', 'analyst', 'operator', 'admin'];

/** What a route asks for: a reading role or better, or the right to write events. */
export type Door = Exclude<Role, 'ingest'> | 'ingest';

/** Whether a caller may pass a door. `ingest` keys write events and nothing else; operators may too. */
export function mayPass(caller: Caller, door: Door): boolean {
  if (door === 'ingest')
    return caller.role === 'ingest' || LADDER.indexOf(caller.role) >= LADDER.indexOf('operator');
  return caller.role !== 'ingest' && LADDER.indexOf(caller.role) >= LADDER.indexOf(door);
}

/** Whether figures about few people are hidden from this caller. */
export function seesSmallCounts(caller: Caller): boolean {
  return mayPass(caller, 'analyst');
}

/**
 * Who a bearer key (or its absence) stands for. Throws 401 for a wrong key always, and for no key unless access is
 * open (loopback, no ADMIN_KEY) or the public may see aggregates.
 */
export async function identify(key: string | undefined, config: Config, ring: KeyRing): Promise<Caller> {
  if (key === undefined || key === '') {
    if (config.OPEN_ACCESS) return { role: 'admin', key_id: 'open-access', sources: [] };
    if (config.PUBLIC_MODE) return { role: 'viewer', key_id: 'public', sources: [] };
    throw unauthorized('A key is needed: send it as "Authorization: Bearer KEY".');
  }
  if (config.ADMIN_KEY !== undefined && sameSecret(key, config.ADMIN_KEY)) {
    return { role: 'admin', key_id: 'admin-key', sources: [] };
  }
  const record = await ring.verify(key);
  if (!record) throw unauthorized('This key is unknown, expired or revoked.');
  return { role: record.role, key_id: record.key_id, sources: record.sources };
}

function unauthorized(detail: string): ProblemError {
  return new ProblemError(401, 'not-signed-in', detail, { headers: { 'www-authenticate': 'Bearer' } });
}

/** 403 naming the role that is needed. */
export function forbidden(caller: Caller, door: Door): ProblemError {
  return new ProblemError(403, 'not-allowed', `This needs the role ${door}; yours is ${caller.role}.`);
}

/** Compares secrets in a time that does not depend on where they differ. */
function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
