import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { readConfig } from '../../server/config.ts';
import type { LearningEvent } from '../../server/contract/event.ts';
import { type Running, startService } from '../../server/start.ts';
import { migratedDir } from './temporary-dir.ts';

export { migratedDir, temporaryDir } from './temporary-dir.ts';

/** A running service on a store of its own, and what tests ask of it. */
export type TestService = Running & {
  dataDir: string;
  get(
    path: string,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: any; headers: Headers }>;
  send(
    events: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: any; headers: Headers }>;
  /** Stops the service; `keep` leaves its data for another start in the same process. */
  stop(options?: { keep?: boolean }): Promise<void>;
};

/** Starts the real service on loopback, on a free port, with settings of its own. */
export async function startTestService(
  settings: Record<string, string> = {},
  dataDir = migratedDir(),
): Promise<TestService> {
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'error', ...settings });
  const running = await startService(config, { demo: true });
  const get: TestService['get'] = async (url, headers = {}) =>
    readAnswer(await fetch(`${running.url}${url}`, { headers }));
  const send: TestService['send'] = async (events, headers = {}) =>
    readAnswer(
      await fetch(`${running.url}/api/v1/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body:
          typeof events === 'string' || events instanceof Uint8Array
            ? (events as string)
            : JSON.stringify(events),
      }),
    );
  return {
    ...running,
    dataDir,
    get,
    send,
    stop: async ({ keep = false } = {}) => {
      await running.close();
      if (!keep) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function readAnswer(response: Response) {
  const text = await response.text();
  const json = (response.headers.get('content-type') ?? '').includes('json');
  return {
    status: response.status,
    body: json && text !== '' ? JSON.parse(text) : text,
    headers: response.headers,
  };
}

/** A valid event of now at a centre in phường Khánh Hội, with what a test changes. */
export function anEvent(changes: Partial<LearningEvent> = {}): LearningEvent {
  return {
    event_id: randomUUID(),
    occurred_at: new Date().toISOString(),
    source: 'centre',
    source_id: 'clc-test-01',
    activity: 'attended',
    ward: '27265',
    duration_min: 45,
    ...changes,
  };
}
