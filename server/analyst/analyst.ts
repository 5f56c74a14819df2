import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import { type Caller, mayPass } from '../access/caller.ts';
import { toCityIso } from '../contract/time.ts';
import type { Services } from '../services.ts';
import { PARAMETERISED_VIEWS, PEOPLE_VIEWS, SYSTEM_STANDINS, SYSTEM_TABLES } from './allow.ts';
import { openEmbeddedEngine } from './embedded-engine.ts';
import type { AnalystEngine, Progress, SqlSession } from './engine.ts';
import { AllowedFunctions } from './functions.ts';
import { QUERY_LIMITS, QUEUE_LIMITS } from './limits.ts';
import { sqlLiteral } from './literal.ts';
import { publishAreas } from './publish-areas.ts';
import { QueryLog, type QueryRecord } from './query-log.ts';
import { type Entry, FairQueue } from './queue.ts';
import { openServerEngine } from './server-engine.ts';
import { checkSetting, type QueryLimits } from './setting-limits.ts';
import { engineError, SqlError } from './sql-error.ts';
import { type Checked, checkFormat, checkStatement } from './statement.ts';

/** A statement that somebody asks for. */
export type SqlRequest = {
  text: string;
  caller: Caller;
  door: QueryRecord['door'];
  query_id: string;
  /** Where the text names none. */
  default_format: string;
  settings: ReadonlyMap<string, string>;
  parameters: ReadonlyMap<string, string>;
  /** Aborts when whoever asked is gone. */
  signal: AbortSignal;
};

/** What is known of a statement that has ended. */
export type SqlSummary = {
  /** As far as it was looked at while it ran; an answer of a few milliseconds is not looked at. */
  rows_read: number;
  bytes_read: number;
  result_rows: number;
  result_bytes: number;
  elapsed_ms: number;
};

/** An answer under way. */
export type SqlAnswer = {
  query_id: string;
  format: string;
  /** The answer's bytes; must be read to the end. Ends early, without an error of its own, when the statement fails. */
  chunks: AsyncIterable<Buffer>;
  /** Settles when the statement has ended; rejects with an SqlError. */
  done: Promise<SqlSummary>;
};

/** A statement that runs or waits, as others may see it. */
export type QueryView = {
  query_id: string;
  state: 'running' | 'queued';
  /** 1 is the next; 0: it runs. */
  position: number;
  elapsed_ms: number;
  waited_ms: number;
  rows_read: number;
  bytes_read: number;
  total_rows_to_read: number;
  memory_bytes: number;
  own: boolean;
  /** null for somebody else's. */
  query: string | null;
  started_at: string | null;
};

type Live = {
  request: SqlRequest;
  abort: AbortController;
  entry: Entry | undefined;
  progress: Progress | undefined;
  /** Why it was stopped from here. */
  stopped: SqlError | undefined;
};

/** How long after its time limit a statement is stopped from outside, ms: it may hang where the engine does not look. */
const GRACE_MS = 3_000;
const KILL_AGAIN_MS = 100;
const PROGRESS_MS = 250;
/** Nothing new starts while events have waited so long to be written, ms. */
const INGEST_FIRST_MS = 3_000;

/** Questions in SQL: checked, queued, run, recorded. */
export class Analyst {
  readonly engine: AnalystEngine;
  readonly queue: FairQueue;
  readonly log: QueryLog;
  readonly limits: QueryLimits;
  readonly #services: Services;
  readonly #live = new Map<string, Live>();
  #functions: Promise<AllowedFunctions> | undefined;
  #published: { basis: readonly unknown[]; done: Promise<void> } | undefined;
  #watching: NodeJS.Timeout | undefined;
  readonly #ends = new Set<Promise<unknown>>();

  constructor(services: Services, log: FastifyBaseLogger) {
    const { config, store, buffer } = services;
    this.#services = services;
    this.limits = { ...QUERY_LIMITS };
    this.queue = new FairQueue({ ...QUEUE_LIMITS }, Date.now, () => buffer.lagMs() < INGEST_FIRST_MS);
    const version = /\d+(?:\.\d+)+/.exec(store.engine)?.[0] ?? '';
    this.engine =
      config.CLICKHOUSE_URL === undefined
        ? openEmbeddedEngine(config, version)
        : openServerEngine(config, config.CLICKHOUSE_URL, {
            store,
            version,
            limits: this.limits,
            seconds_per_hour: QUEUE_LIMITS.seconds_per_hour,
          });
    this.log = new QueryLog(store, log);
  }

  /** The functions that a statement may call, from the engine's own list. */
  functions(): Promise<AllowedFunctions> {
    this.#functions ??= this.engine.functions().then((all) => new AllowedFunctions(all));
    this.#functions.catch(() => {
      this.#functions = undefined;
    });
    return this.#functions;
  }

  /** Whether a text may run. Throws SqlError. */
  async check(text: string, parameters: ReadonlyMap<string, string>): Promise<Checked> {
    const { checked, session } = await this.#check(text, parameters, new Map(), 'Null', randomUUID());
    await session.close();
    return checked;
  }

  /** Checks a statement, waits for its turn and starts it. Throws SqlError; each is recorded, whatever becomes of it. */
  async ask(request: SqlRequest): Promise<SqlAnswer> {
    const live: Live = {
      request,
      abort: new AbortController(),
      entry: undefined,
      progress: undefined,
      stopped: undefined,
    };
    const at = Date.now();
    const record = recordOf(request, at);
    let session: SqlSession | undefined;
    try {
      if (this.#live.has(request.query_id))
        throw new SqlError(216, 'session', `Query with id = ${request.query_id} is already running`);
      this.#live.set(request.query_id, live);
      const found = await this.#check(
        request.text,
        request.parameters,
        request.settings,
        request.default_format,
        request.query_id,
      );
      session = found.session;
      const format = found.checked.format ?? request.default_format;
      record.format = format;
      await this.#publish(found.checked.tables);
      // Whoever had an event acknowledged finds it in what he asks next.
      await this.#services.caughtUp();
      const onGone = () => live.abort.abort();
      if (request.signal.aborted) onGone();
      else request.signal.addEventListener('abort', onGone, { once: true });
      live.entry = await this.queue.enter(request.query_id, request.caller.key_id, live.abort.signal);
      record.waited_ms = Date.now() - at;
      return await this.#run(live, session, found, format, record);
    } catch (error) {
      if (live.entry) this.queue.leave(live.entry);
      if (this.#live.get(request.query_id) === live) this.#live.delete(request.query_id);
      await session?.close();
      const failed = engineError(error);
      this.log.add({
        ...record,
        state: failed.reason === 'cancelled' ? 'cancelled' : failed.refused ? 'refused' : 'failed',
        reason: failed.reason,
        code: failed.code,
        message: failed.message,
      });
      throw failed;
    }
  }

  /** Ends a statement that runs or waits. False when there is none of that id. */
  cancel(query_id: string): boolean {
    const live = this.#live.get(query_id);
    if (!live) return false;
    live.stopped ??= new SqlError(394, 'cancelled', 'Query was cancelled', { refused: false });
    live.abort.abort();
    return true;
  }

  /** Whose statement it is; undefined when none of that id runs or waits. */
  ownerOf(query_id: string): string | undefined {
    return this.#live.get(query_id)?.request.caller.key_id;
  }

  /** Everything that runs and waits, as a caller may see it. */
  views(caller: Caller): { running: QueryView[]; queued: QueryView[] } {
    const view = (entry: Entry, position: number) => this.#view(entry, position, caller);
    return {
      running: this.queue.running.map((entry) => view(entry, 0)),
      queued: this.queue.waiting.map((entry, i) => view(entry, i + 1)),
    };
  }

  async close(): Promise<void> {
    this.queue.close();
    for (const query_id of [...this.#live.keys()]) this.cancel(query_id);
    await Promise.allSettled([...this.#ends]);
    clearInterval(this.#watching);
    await this.log.flush();
    await this.engine.close();
  }

  #view(entry: Entry, position: number, caller: Caller): QueryView {
    const live = this.#live.get(entry.query_id);
    const own = entry.key_id === caller.key_id;
    const now = Date.now();
    const { started_at, asked_at, query_id } = entry;
    return {
      query_id,
      state: position === 0 ? 'running' : 'queued',
      position,
      elapsed_ms: started_at === undefined ? 0 : now - started_at,
      waited_ms: (started_at ?? now) - asked_at,
      rows_read: live?.progress?.rows_read ?? 0,
      bytes_read: live?.progress?.bytes_read ?? 0,
      total_rows_to_read: live?.progress?.total_rows_to_read ?? 0,
      memory_bytes: live?.progress?.memory_bytes ?? 0,
      own,
      query: own || mayPass(caller, 'operator') ? (live?.request.text ?? null) : null,
      started_at: started_at === undefined ? null : toCityIso(started_at),
    };
  }

  async #check(
    text: string,
    parameters: ReadonlyMap<string, string>,
    given: ReadonlyMap<string, string>,
    default_format: string,
    query_id: string,
  ): Promise<{ checked: Checked; session: SqlSession; time_limit_s: number }> {
    const { engine, limits } = this;
    const functions = await this.functions();
    for (const name of parameters.keys())
      if (!/^[A-Za-z_]\w*$/.test(name))
        throw new SqlError(
          457,
          'parameter',
          `Parameter ${JSON.stringify(name.slice(0, 60))}: allowed a name`,
        );
    checkFormat(default_format);
    let session: SqlSession | undefined;
    let time_limit_s = limits.max_execution_time_s;
    try {
      const checked = await checkStatement(
        {
          database: engine.database,
          functions,
          canonical: (one) => engine.canonical(one),
          tableNames: async () => new Set(await engine.tableNames()),
          explain: async (sql, { format, settings: behind }) => {
            const settings = sessionSettings(engine.database, limits, [...given, ...behind]);
            time_limit_s = Number(settings.max_execution_time);
            session = await engine.open({ query_id, format: format ?? default_format, settings, parameters });
            return session.explain(sql);
          },
        },
        text,
        parameters,
      );
      if (!session) throw new SqlError(62, 'syntax', 'the statement was not parsed');
      return { checked, session, time_limit_s };
    } catch (error) {
      await session?.close();
      throw error;
    }
  }

  async #run(
    live: Live,
    session: SqlSession,
    { checked, time_limit_s }: { checked: Checked; time_limit_s: number },
    format: string,
    record: QueryRecord,
  ): Promise<SqlAnswer> {
    const { query_id } = live.request;
    const began = Date.now();
    const running = await session.run(checked.sql);
    this.#watch();
    let result_bytes = 0;
    let killing: NodeJS.Timeout | undefined;
    const kill = () => {
      // One that is only about to start is not found: again until it has ended.
      killing ??= setInterval(() => void this.engine.kill(query_id).catch(() => undefined), KILL_AGAIN_MS);
      void this.engine.kill(query_id).catch(() => undefined);
    };
    const stop = () => {
      live.stopped ??= new SqlError(394, 'cancelled', 'Query was cancelled', { refused: false });
      kill();
    };
    if (live.abort.signal.aborted) stop();
    else live.abort.signal.addEventListener('abort', stop, { once: true });
    const deadline = setTimeout(
      () => {
        live.stopped ??= new SqlError(159, 'timeout', `Timeout exceeded: maximum ${time_limit_s} seconds`, {
          refused: false,
        });
        kill();
      },
      time_limit_s * 1000 + GRACE_MS,
    );
    const done = running.done.then(
      (ended) => {
        if (live.stopped) throw live.stopped;
        return ended;
      },
      (error) => {
        throw live.stopped ?? error;
      },
    );
    const output = countBytes(running.output, (bytes) => {
      result_bytes += bytes;
    });
    const finished = done.then(
      (ended) => ({ ended, failed: undefined }),
      (error) => ({ ended: undefined, failed: engineError(error) }),
    );
    const ended = finished.then(async ({ ended: read, failed }) => {
      clearTimeout(deadline);
      clearInterval(killing);
      live.abort.signal.removeEventListener('abort', stop);
      if (live.entry) this.queue.leave(live.entry);
      this.#live.delete(query_id);
      if (this.#live.size === 0) {
        clearInterval(this.#watching);
        this.#watching = undefined;
      }
      const summary: SqlSummary = {
        rows_read: live.progress?.rows_read ?? 0,
        result_rows: read?.result_rows ?? 0,
        bytes_read: live.progress?.bytes_read ?? 0,
        result_bytes,
        elapsed_ms: Date.now() - began,
      };
      const { result_rows, ...counted } = summary;
      this.log.add({
        ...record,
        ...counted,
        ...(failed
          ? {
              state: failed.reason === 'cancelled' ? ('cancelled' as const) : ('failed' as const),
              reason: failed.reason,
              code: failed.code,
              message: failed.message,
            }
          : {}),
      });
      return { summary, failed };
    });
    // The session goes when its answer was read, or its pipe would be taken by the next one with this in it.
    const closed = Promise.all([ended, endOf(running.output)]).then(() => session.close());
    this.#ends.add(closed);
    closed.finally(() => this.#ends.delete(closed)).catch(() => undefined);
    const settled = ended.then(({ summary, failed }) => {
      if (failed) throw failed;
      return summary;
    });
    settled.catch(() => undefined);
    return { query_id, format, chunks: output, done: settled };
  }

  /** Wards, districts and the residents' grid are written for SQL when they are first asked for and when they changed. */
  async #publish(tables: readonly string[]): Promise<void> {
    const { geography, residents, store } = this.#services;
    const basis = [geography.boundaries, geography.division('2025'), geography.division('pre-2025')];
    if (!this.#published || this.#published.basis.some((part, i) => part !== basis[i])) {
      const done = publishAreas(store, geography);
      this.#published = { basis, done };
      done.catch(() => {
        this.#published = undefined;
      });
    }
    await this.#published.done;
    if (tables.includes('residents_grid')) await residents.get();
  }

  /** Looks now and then how far the statements are. */
  #watch(): void {
    this.#watching ??= setInterval(async () => {
      for (const progress of await this.engine.progress().catch(() => [])) {
        const live = this.#live.get(progress.query_id);
        if (live) live.progress = progress;
      }
    }, PROGRESS_MS).unref();
  }
}

/** The settings of a session: our limits, and within them what was asked for. Throws SqlError. */
function sessionSettings(
  database: string,
  limits: QueryLimits,
  given: readonly (readonly [string, string])[],
): Record<string, string> {
  const settings: Record<string, string> = {
    max_execution_time: String(limits.max_execution_time_s),
    timeout_overflow_mode: 'throw',
    max_memory_usage: String(limits.max_memory_bytes),
    max_rows_to_read: String(limits.max_rows_to_read),
    max_bytes_to_read: String(limits.max_bytes_to_read),
    max_result_rows: String(limits.max_result_rows),
    max_result_bytes: String(limits.max_result_bytes),
    // Events and live figures are served first: one core a statement unless more is asked for.
    max_threads: '1',
    max_temporary_data_on_disk_size_for_query: String(limits.max_memory_bytes),
    max_hyperscan_regexp_length: '10000',
    max_hyperscan_regexp_total_length: '100000',
    session_timezone: 'Asia/Ho_Chi_Minh',
    geotoh3_argument_order: 'lat_lon',
    allow_introspection_functions: '0',
    allow_ddl: '0',
    // As text: a pseudonym beyond 2^53 would lose its last digits as a JSON number.
    output_format_json_quote_64bit_integers: '1',
    additional_table_filters: tableFilters(database),
  };
  for (const [name, value] of given) {
    const checked = checkSetting(name, value, limits);
    if (checked !== undefined) settings[name] = checked;
  }
  return settings;
}

/** What of the engine's own lists is shown: the views, and of `system` what may be read. */
function tableFilters(database: string): string {
  const list = (names: readonly string[]) => names.map(sqlLiteral).join(', ');
  const system = [...SYSTEM_TABLES, ...Object.keys(SYSTEM_STANDINS)];
  const shown = (table: string) =>
    `(database = ${sqlLiteral(database)} AND ${table} IN (${list([...PEOPLE_VIEWS, ...PARAMETERISED_VIEWS])})) OR (database = 'system' AND ${table} IN (${list(system)}))`;
  const filters = {
    'system.tables': shown('name'),
    'system.columns': shown('table'),
    'system.databases': `name IN (${sqlLiteral(database)}, 'system')`,
  };
  const entries = Object.entries(filters).map(
    ([table, filter]) => `${sqlLiteral(table)}: ${sqlLiteral(filter)}`,
  );
  return `{${entries.join(', ')}}`;
}

function recordOf(request: SqlRequest, at: number): QueryRecord {
  const { text, caller, door, query_id, default_format } = request;
  return {
    at,
    query_id,
    key_id: caller.key_id,
    role: caller.role,
    door,
    state: 'finished',
    reason: '',
    code: 0,
    message: '',
    query: text,
    format: default_format.slice(0, 60),
    rows_read: 0,
    bytes_read: 0,
    result_bytes: 0,
    elapsed_ms: 0,
    waited_ms: 0,
  };
}

async function* countBytes(output: Readable, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of output.iterator({ destroyOnReturn: false })) {
      count((chunk as Buffer).length);
      yield chunk as Buffer;
    }
  } finally {
    // Left early: what still comes is thrown away, so that the engine is not held by a full pipe.
    output.resume();
  }
}

function endOf(output: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (output.readableEnded || output.destroyed) resolve();
    output.once('end', resolve);
    output.once('close', resolve);
  });
}
