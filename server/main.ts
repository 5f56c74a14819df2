import { runMain } from './commands/cli.ts';
import { readConfig } from './config.ts';
import { startService } from './start.ts';

// The service alone: config → store → migrate → app → listen → close.
await runMain(async () => {
  const config = readConfig();
  const running = await startService(config, { demo: false });
  console.log(`Learning City Monitor listens on ${running.url}`);
  if (config.OPEN_ACCESS)
    console.log('No keys are asked for: everybody on this machine is admin. Set ADMIN_KEY to change that.');
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await running.close();
  return 0;
});
