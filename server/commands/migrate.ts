import { createProgram, runProgram, settingsOf } from './cli.ts';
import { runCommand } from './run.ts';

// npm run migrate: brings the schema of the store up to this version (a start does it too).
const program = createProgram('migrate', 'Bring the schema of the store up to this version');
program.action(async () => {
  const { engine } = await runCommand(settingsOf(program), 'migrate', null);
  console.log(`The schema is up to date (${engine}).`);
});
await runProgram(program);
