import { pino } from 'pino';
import type { Progress } from '../../geo/types.ts';
import type { Config } from '../config.ts';
import { startServices } from '../services.ts';
import { openStore } from '../store/client.ts';
import { migrate } from '../store/migrate.ts';
import { askService } from './control-socket.ts';
import { COMMANDS, type CommandName, type InputOf, type ResultOf } from './registry.ts';

/**
 * Runs a command whether or not the service runs: a service that holds DATA_DIR is asked through its socket, else
 * the store is opened here for as long as it takes. `signal` interrupts a command that can stop half-way.
 */
export async function runCommand<Name extends CommandName>(
  config: Config,
  name: Name,
  input: InputOf<Name>,
  onProgress: Progress = () => undefined,
  signal: AbortSignal = new AbortController().signal,
): Promise<ResultOf<Name>> {
  const answered = await askService(config, name, input, onProgress, signal);
  if (answered) return answered.result as ResultOf<Name>;
  const store = await openStore(config);
  try {
    await migrate(store);
    const services = await startServices(config, store, pino({ level: 'warn' }, pino.destination(2)));
    try {
      const command = COMMANDS[name] as (
        services: unknown,
        input: unknown,
        onProgress: Progress,
        signal: AbortSignal,
      ) => Promise<unknown>;
      return (await command(services, input, onProgress, signal)) as ResultOf<Name>;
    } finally {
      await services.close();
    }
  } finally {
    await store.close();
  }
}
