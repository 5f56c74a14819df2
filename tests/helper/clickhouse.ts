import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { spawnNode } from '../commands/child.ts';

/** A ClickHouse of a test's own. */
export type ClickHouseServer = { url: string; close(): Promise<void> };

/** Starts a server on a free port of loopback, its data in `directory`. */
export async function startClickHouse(
  directory: string,
  login: { user?: string; password?: string } = {},
): Promise<ClickHouseServer> {
  const child = spawnNode(['tests/helper/clickhouse-http.ts', directory], {
    CH_USER: login.user ?? 'default',
    CH_PASSWORD: login.password ?? '',
  });
  child.stderr?.pipe(process.stderr);
  const exited = once(child, 'exit');
  if (!child.stdout) throw new Error('no stdout');
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited.then(([code]) => Promise.reject(new Error(`the ClickHouse of the test ended with ${code}`))),
  ])) as [string];
  return {
    url: line,
    close: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
