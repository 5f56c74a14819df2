import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { DIVISIONS } from './contract/event.ts';
import { UsageError } from './errors.ts';

const text = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));
const choice = <const T extends readonly string[]>(values: T, fallback: T[number]) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values], default: fallback });

/** Every setting: name, allowed values, default. The environment is read here and nowhere else. */
export const SettingsSchema = Type.Object({
  HOST: Type.String({ minLength: 1, default: '127.0.0.1', description: 'address to listen on' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 8080, description: 'a port, 0 to 65535' }),
  DATA_DIR: Type.String({ minLength: 1, default: './data', description: 'a folder' }),
  CLICKHOUSE_URL: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'an http:// or https:// address' }),
  ),
  CLICKHOUSE_USER: Type.String({ minLength: 1, default: 'default' }),
  CLICKHOUSE_PASSWORD: Type.String({ default: '' }),
  CLICKHOUSE_DATABASE: Type.String({
    pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
    default: 'learning',
    description: 'letters, digits and _, not starting with a digit',
  }),
  CLICKHOUSE_CLUSTER: text('the name of a ClickHouse cluster'),
  ADMIN_KEY: Type.Optional(Type.String({ minLength: 24, description: 'at least 24 characters' })),
  LEARNER_KEY: Type.Optional(Type.String({ minLength: 32, description: 'at least 32 characters' })),
  DIVISION: choice(DIVISIONS, '2025'),
  K_ANONYMITY: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 5,
    description: 'a whole number, 1 to 1000',
  }),
  SQL_PORT: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, description: 'a port, 1 to 65535' })),
  PUBLIC_MODE: choice(['on', 'off'], 'off'),
  TRUST_PROXY: choice(['on', 'off'], 'off'),
  BACKUP_DIR: text('a folder'),
  OIDC_ISSUER: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'an http:// or https:// address' }),
  ),
  OIDC_CLIENT_ID: text('text'),
  OIDC_CLIENT_SECRET: text('text'),
  OIDC_ROLE_CLAIM: text('text'),
  WEBHOOK_URL: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'an http:// or https:// address' }),
  ),
  WEBHOOK_SECRET: text('text'),
  LOG_LEVEL: choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'info'),
});
type Settings = Static<typeof SettingsSchema>;

/** The settings as the service uses them: checked, paths absolute, frozen. */
export type Config = Readonly<
  Omit<Settings, 'LEARNER_KEY' | 'PUBLIC_MODE' | 'TRUST_PROXY'> & {
    LEARNER_KEY: string;
    PUBLIC_MODE: boolean;
    TRUST_PROXY: boolean;
    /** Nobody is asked for a key: loopback, with neither ADMIN_KEY nor OIDC_ISSUER. */
    OPEN_ACCESS: boolean;
  }
>;

const SECRETS = new Set([
  'ADMIN_KEY',
  'LEARNER_KEY',
  'CLICKHOUSE_PASSWORD',
  'OIDC_CLIENT_SECRET',
  'WEBHOOK_SECRET',
]);
const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|::1|\[::1\])$/;

/**
 * The frozen settings of an environment. Throws UsageError with the setting's name, what was given and what is
 * allowed; secrets are never printed.
 */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const given: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, schema] of Object.entries(SettingsSchema.properties)) {
    const raw = env[name];
    const { default: fallback, type } = schema as { default?: unknown; type?: string };
    if (raw === undefined || raw === '') {
      if (fallback !== undefined) given[name] = fallback;
      continue;
    }
    given[name] = type === 'integer' && /^-?\d+$/.test(raw) ? Number(raw) : raw;
    const isAddress = name.endsWith('_URL') || name === 'OIDC_ISSUER';
    if (!Value.Check(schema, given[name]) || (isAddress && !URL.canParse(raw)))
      problems.push(complaint(name, raw, schema));
  }
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  const settings = given as Settings;
  return Object.freeze(finish(settings));
}

function complaint(name: string, raw: string, schema: object): string {
  const { enum: values, description } = schema as { enum?: string[]; description?: string };
  const shown = SECRETS.has(name)
    ? `${raw.length} characters`
    : JSON.stringify(raw.replace(/\/\/[^/@]*@/, '//…@').slice(0, 100));
  return `${name}: given ${shown}, allowed ${values ? values.join(', ') : (description ?? 'text')}`;
}

/** Rules between settings, and what is derived from them. */
function finish(settings: Settings): Config {
  const DATA_DIR = path.resolve(settings.DATA_DIR);
  const guarded = settings.ADMIN_KEY !== undefined || settings.OIDC_ISSUER !== undefined;
  const loopback = LOOPBACK.test(settings.HOST);
  if (!guarded && !loopback) {
    throw new UsageError(
      `HOST: given "${settings.HOST}", which other machines reach, without ADMIN_KEY or OIDC_ISSUER; ` +
        'set ADMIN_KEY (24 characters or more), or listen on 127.0.0.1',
    );
  }
  if (settings.CLICKHOUSE_URL !== undefined && settings.LEARNER_KEY === undefined) {
    throw new UsageError(
      'LEARNER_KEY: given nothing, required with CLICKHOUSE_URL (32 characters or more): ' +
        'two servers with two keys would count a learner twice',
    );
  }
  if (settings.WEBHOOK_URL !== undefined && settings.WEBHOOK_SECRET === undefined) {
    throw new UsageError(
      'WEBHOOK_SECRET: given nothing, required with WEBHOOK_URL: the receiver could not tell who sends',
    );
  }
  return {
    ...settings,
    DATA_DIR,
    BACKUP_DIR: path.resolve(settings.BACKUP_DIR ?? path.join(DATA_DIR, 'backups')),
    LEARNER_KEY: settings.LEARNER_KEY ?? keptLearnerKey(DATA_DIR),
    PUBLIC_MODE: settings.PUBLIC_MODE === 'on',
    TRUST_PROXY: settings.TRUST_PROXY === 'on',
    OPEN_ACCESS: !guarded,
  };
}

/** The secret of the pseudonyms, made once and kept beside the data, readable by the owner only. */
function keptLearnerKey(dataDir: string): string {
  const file = path.join(dataDir, 'learner.key');
  try {
    if (!existsSync(file)) {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
      chmodSync(file, 0o600);
    }
    const key = readFileSync(file, 'utf8').trim();
    // Made on a full disk it may be empty: hashes with such a key could be guessed.
    if (key.length < 32)
      throw new Error(`${file} holds no key; restore it, or remove it in an empty DATA_DIR`);
    return key;
  } catch (error) {
    throw new UsageError(`DATA_DIR: given "${dataDir}", which cannot be used: ${(error as Error).message}`);
  }
}
