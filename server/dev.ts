import { createServer } from 'vite';
import { runMain } from './commands/cli.ts';
import { readConfig } from './config.ts';
import { startService } from './start.ts';

// The service, and beside it the page with changes shown as they are made.
await runMain(async () => {
  const config = readConfig();
  const running = await startService(config, { demo: true });
  const page = await createServer({
    configFile: 'vite.config.ts',
    server: { proxy: { '/api': running.url, '/socket.io': { target: running.url, ws: true } } },
  });
  await page.listen();
  console.log(`The service listens on ${running.url}; the page, reloading on change:`);
  page.printUrls();
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await page.close();
  await running.close();
  return 0;
});
