import { existsSync, unlinkSync } from 'node:fs';
import { chmod, unlink } from 'node:fs/promises';
import http from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Progress } from '../../geo/types.ts';
import type { Config } from '../config.ts';
import { OperationError, UsageError } from '../errors.ts';
import type { Services } from '../services.ts';
import { COMMANDS, type CommandName } from './registry.ts';

/** Where a service that holds a store takes commands: a Unix socket that only its owner can open. */
export function socketPath(config: Config): string {
  return path.join(config.DATA_DIR, 'control.sock');
}

type Line =
  | { progress: Parameters<Progress> }
  | { result: unknown }
  | { error: { kind: 'usage' | 'operation'; message: string } };

/** How long a command has to stop when the service stops, ms. */
const STOP_MS = 3_000;

/** Unix sockets have room for 107 bytes of path. */
const LONGEST_PATH = 107;

/** Throws OperationError when a process already serves this DATA_DIR, or when no socket fits under it. */
export async function refuseIfServed(config: Config): Promise<void> {
  const file = socketPath(config);
  if (Buffer.byteLength(file) > LONGEST_PATH) {
    throw new OperationError(
      `DATA_DIR ${config.DATA_DIR} is too long: its path and /control.sock may have ${LONGEST_PATH} bytes together.`,
    );
  }
  const served = await new Promise<boolean>((resolve) => {
    const socket = connect(file, () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
  if (served) {
    throw new OperationError(
      `DATA_DIR ${config.DATA_DIR} is in use by another process: stop it, or give this one a DATA_DIR of its own.`,
    );
  }
}

/** Takes commands for the store this process holds. */
export async function listenForCommands(
  config: Config,
  services: Services,
): Promise<{ close(): Promise<void> }> {
  const file = socketPath(config);
  if (existsSync(file)) unlinkSync(file); // left by a process that was killed: the store's lock says nobody else runs
  const running = new Set<Promise<void>>();
  const server = http.createServer(async (request, response) => {
    const write = (line: Line) => response.write(`${JSON.stringify(line)}\n`);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    let finished: () => void = () => undefined;
    const work = new Promise<void>((resolve) => {
      finished = resolve;
    });
    running.add(work);
    try {
      const name = request.url?.slice(1) as CommandName;
      const command = COMMANDS[name] as
        | ((
            services: Services,
            input: unknown,
            onProgress: Progress,
            signal: AbortSignal,
          ) => Promise<unknown>)
        | undefined;
      if (!command) throw new UsageError(`There is no command "${name}".`);
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const input = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const result = await command(services, input, (...progress) => write({ progress }), gone.signal);
      write({ result: result ?? null });
    } catch (error) {
      const kind = error instanceof UsageError ? 'usage' : 'operation';
      write({ error: { kind, message: (error as Error).message } });
    }
    response.end();
    running.delete(work);
    finished();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(file, resolve);
  });
  await chmod(file, 0o600);
  return {
    close: async () => {
      server.closeAllConnections();
      // The store must not be closed under a command that can stop.
      await Promise.race([
        Promise.all(running),
        new Promise((resolve) => setTimeout(resolve, STOP_MS).unref()),
      ]);
      await new Promise((resolve) => server.close(resolve));
      await unlink(file).catch(() => undefined);
    },
  };
}

/** Asks the running service for a command; undefined when no service holds this DATA_DIR. */
export async function askService(
  config: Config,
  name: CommandName,
  input: unknown,
  onProgress: Progress,
  signal: AbortSignal,
): Promise<{ result: unknown } | undefined> {
  const socket = socketPath(config);
  if (!existsSync(socket)) return undefined;
  const response = await new Promise<http.IncomingMessage | undefined>((resolve, reject) => {
    const request = http.request({ socketPath: socket, path: `/${name}`, method: 'POST' }, resolve);
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(undefined);
      else reject(new OperationError(`The running service could not be asked: ${error.message}`));
    });
    request.end(JSON.stringify(input));
  });
  if (!response) return undefined;
  // The service stops a command whose asker is gone.
  signal.addEventListener('abort', () => response.destroy());
  for await (const text of createInterface({ input: response })) {
    const line = JSON.parse(text) as Line;
    if ('progress' in line) onProgress(...line.progress);
    else if ('result' in line) return { result: line.result };
    else
      throw line.error.kind === 'usage'
        ? new UsageError(line.error.message)
        : new OperationError(line.error.message);
  }
  throw new OperationError('The running service ended before the command was done.');
}
