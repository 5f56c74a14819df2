import type { Command } from 'commander';
import type { KeyRecord } from '../access/keys.ts';
import { UsageError } from '../errors.ts';
import { createProgram, runProgram, settingsOf, wholeNumber } from './cli.ts';
import { runCommand } from './run.ts';

// npm run key -- create | list | revoke
const program = createProgram('key', 'Keys of people and machines');

program
  .command('create')
  .description('make a key; it is shown once, as the last line')
  .requiredOption('--role <role>', 'viewer, leader, planner, analyst, operator, admin or ingest')
  .requiredOption('--name <text>', 'who or what it is for')
  .option('--source <id...>', 'an ingest key writes for these sources only')
  .option('--expires <days>', 'days until it ends', wholeNumber('--expires', 1, 3650))
  .action(
    async (
      options: { role: string; name: string; source?: string[]; expires?: number },
      command: Command,
    ) => {
      const { key, record } = await runCommand(settingsOf(command), 'key-create', {
        role: options.role,
        name: options.name,
        ...(options.source === undefined ? {} : { sources: options.source }),
        ...(options.expires === undefined ? {} : { expires_days: options.expires }),
      });
      console.log(line(record));
      console.log('Keep it now, it is not shown again:');
      console.log(key);
    },
  );

program
  .command('list')
  .description('all keys, newest first')
  .action(async (_options: unknown, command: Command) => {
    const keys = await runCommand(settingsOf(command), 'key-list', null);
    console.log(keys.length === 0 ? 'There are no keys.' : keys.map(line).join('\n'));
  });

program
  .command('revoke')
  .description('end a key at once')
  .argument('<id>', 'its id, as list shows it')
  .action(async (key_id: string, _options: unknown, command: Command) => {
    if (key_id.startsWith('lcm_'))
      throw new UsageError('Give the id of the key as `list` shows it, not the key.');
    console.log(line(await runCommand(settingsOf(command), 'key-revoke', { key_id })));
  });

function line(key: KeyRecord): string {
  const sources = key.sources.length > 0 ? `  sources ${key.sources.join(', ')}` : '';
  const end = key.revoked
    ? '  revoked'
    : key.expires_at === null
      ? ''
      : `  until ${key.expires_at.slice(0, 16)} UTC`;
  return `${key.key_id}  ${key.role}  "${key.name}"${sources}${end}`;
}

await runProgram(program);
