import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { ROLES, type Role } from '../contract/status.ts';
import { OperationError, UsageError } from '../errors.ts';
import type { Store } from '../store/client.ts';
import { toEngineTime } from '../store/event-row.ts';

const scryptAsync = promisify(scrypt);
const DAY_MS = 86_400_000;

/** A key as it is listed; its secret is nowhere. */
export type KeyRecord = {
  key_id: string;
  name: string;
  role: Role;
  sources: string[];
  created_at: string;
  expires_at: string | null;
  revoked: boolean;
};
type StoredKey = KeyRecord & { salt: string; secret_hash: string };

/** What a new key is to be. */
export type KeyRequest = { role: string; name: string; sources?: string[]; expires_days?: number };

async function hashSecret(secret: string, salt: string): Promise<Buffer> {
  return (await scryptAsync(secret, salt, 32)) as Buffer;
}

/** `lcm_ID_SECRET`: the id finds the row, the secret is compared with its slow hash. */
const KEY_FORMAT = /^lcm_([a-z0-9]{10})_([A-Za-z0-9_-]{43})$/;

/** Makes a key, keeps its hash and returns it: the only time that it can be read. */
export async function createKey(
  store: Store,
  request: KeyRequest,
): Promise<{ key: string; record: KeyRecord }> {
  if (!ROLES.includes(request.role as Role)) {
    throw new UsageError(`--role: given "${request.role}", allowed ${ROLES.join(', ')}`);
  }
  if (request.name.trim() === '') throw new UsageError('--name: given nothing, allowed 1 to 100 characters');
  const { expires_days } = request;
  if (expires_days !== undefined && !(expires_days > 0 && expires_days <= 3650)) {
    throw new UsageError(`--expires: given ${expires_days}, allowed 1 to 3650 days`);
  }
  const key_id = randomBytes(8).readBigUInt64BE().toString(36).padStart(13, '0').slice(-10);
  const secret = randomBytes(32).toString('base64url');
  const salt = randomBytes(16).toString('hex');
  const now = Date.now();
  const record: KeyRecord = {
    key_id,
    name: request.name.trim().slice(0, 100),
    role: request.role as Role,
    sources: request.sources ?? [],
    created_at: toEngineTime(now),
    expires_at: expires_days === undefined ? null : toEngineTime(now + expires_days * DAY_MS),
    revoked: false,
  };
  const secret_hash = (await hashSecret(secret, salt)).toString('hex');
  await store.insertObjects('access_keys', [{ ...record, salt, secret_hash, updated_at: toEngineTime(now) }]);
  return { key: `lcm_${key_id}_${secret}`, record };
}

const COLUMNS = 'key_id, name, role, sources, created_at, expires_at, revoked';

/** All keys, newest first. */
export async function listKeys(store: Store): Promise<KeyRecord[]> {
  return store.query<KeyRecord>(`SELECT ${COLUMNS} FROM access_keys FINAL ORDER BY created_at DESC`);
}

/** Ends a key at once. Throws OperationError when there is none of that id. */
export async function revokeKey(store: Store, key_id: string): Promise<KeyRecord> {
  const stored = await findKey(store, key_id);
  if (!stored) throw new OperationError(`There is no key "${key_id}"; \`npm run key -- list\` shows them.`);
  await store.insertObjects('access_keys', [
    { ...stored, revoked: true, updated_at: toEngineTime(Date.now()) },
  ]);
  const { salt: _, secret_hash: __, ...record } = stored;
  return { ...record, revoked: true };
}

async function findKey(store: Store, key_id: string): Promise<StoredKey | undefined> {
  const rows = await store.query<StoredKey>(
    `SELECT ${COLUMNS}, salt, secret_hash FROM access_keys FINAL WHERE key_id = {key_id:String}`,
    { key_id },
  );
  return rows[0];
}

/** How long a verified key is believed without asking the store again, ms: the delay of a revocation elsewhere. */
const BELIEVED_MS = 2_000;

/** Verifies keys; the slow hash is computed once per key and kept only as a fast hash in memory. */
export class KeyRing {
  readonly #store: Store;
  readonly #verified = new Map<string, { record: KeyRecord; until: number }>();
  readonly #proven = new Map<string, string>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The record of a valid key; undefined when it is unknown, wrong, expired or revoked. */
  async verify(key: string): Promise<KeyRecord | undefined> {
    const match = KEY_FORMAT.exec(key);
    const [, key_id, secret] = match ?? [];
    if (key_id === undefined || secret === undefined) return undefined;
    const digest = createHash('sha256').update(key).digest('hex');
    const believed = this.#verified.get(digest);
    if (believed && believed.until > Date.now()) return valid(believed.record);
    const stored = await findKey(this.#store, key_id);
    if (!stored) return undefined;
    if (this.#proven.get(digest) !== stored.secret_hash) {
      const given = await hashSecret(secret, stored.salt);
      if (!timingSafeEqual(given, Buffer.from(stored.secret_hash, 'hex'))) return undefined;
      this.#proven.set(digest, stored.secret_hash);
    }
    const { salt: _, secret_hash: __, ...record } = stored;
    this.#verified.set(digest, { record, until: Date.now() + BELIEVED_MS });
    return valid(record);
  }

  /** Forgets what was believed: a key was just revoked here. */
  forget(): void {
    this.#verified.clear();
  }
}

function valid(record: KeyRecord): KeyRecord | undefined {
  if (record.revoked) return undefined;
  if (record.expires_at !== null && Date.parse(`${record.expires_at.replace(' ', 'T')}Z`) <= Date.now()) {
    return undefined;
  }
  return record;
}
