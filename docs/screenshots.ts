import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { BROWSER_FLAGS, provideBrowser } from '../tests/browser/find-browser.ts';

// npm run screenshots: takes the README's pictures of a simulated city into docs/.
const DOCS = fileURLToPath(new URL('.', import.meta.url));
const ROOT = path.join(DOCS, '..');

type Shot = {
  file: string;
  query: string;
  width: number;
  height: number;
  theme: 'light' | 'dark';
  ward?: string;
};
const SHOTS: Shot[] = [
  { file: 'planner.png', query: 'lang=vi', width: 1280, height: 800, theme: 'light' },
  { file: 'ward-card-en-dark.png', query: 'lang=en', width: 1280, height: 800, theme: 'dark', ward: 'first' },
  { file: 'phone.png', query: 'lang=vi', width: 390, height: 844, theme: 'light' },
];

const dataDir = mkdtempSync(path.join(tmpdir(), 'lcm-screenshots-'));
const demo = spawn(process.execPath, ['--import', 'tsx', 'simulator/demo.ts'], {
  cwd: ROOT,
  env: { ...process.env, DATA_DIR: dataDir, PORT: '0', UV_THREADPOOL_SIZE: '16' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const url = await urlOfReadyDemo();
  const browser = await chromium.launch({ executablePath: provideBrowser(), args: BROWSER_FLAGS });
  for (const shot of SHOTS) {
    const { width, height, theme } = shot;
    const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme });
    await page.goto(`${url}/?${shot.query}`);
    await page.waitForFunction(() => document.documentElement.dataset.mapReady === 'true');
    if (shot.ward === 'first') await openFirstWard(page);
    await liveMessages(page, 8);
    await page.screenshot({ path: path.join(DOCS, shot.file) });
    console.log(`docs/${shot.file}`);
    await page.close();
  }
  await browser.close();
} finally {
  const ended = once(demo, 'exit');
  demo.kill('SIGTERM');
  await ended;
  rmSync(dataDir, { recursive: true, force: true });
}

/** Resolves when the demo has written its history. */
function urlOfReadyDemo(): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    // Read to its end: a demo whose output nobody takes stops with a broken pipe.
    demo.stdout.on('data', (chunk) => {
      text += chunk;
      const url = /open (http\S+)/.exec(text)?.[1];
      if (url && /events of history/.test(text)) resolve(url);
    });
    demo.once('exit', () => reject(new Error('the demo ended before it was ready')));
  });
}

async function openFirstWard(page: Page): Promise<void> {
  await page.getByTestId('rank-row').first().click();
  await page.getByTestId('ward-card').waitFor();
}

/** Waits until some live messages were applied, so that the picture shows a city that is awake. */
async function liveMessages(page: Page, count: number): Promise<void> {
  const seq = () => page.evaluate(() => Number(document.documentElement.dataset.liveSeq ?? 0));
  const first = await seq();
  await page.waitForFunction(
    (until) => Number(document.documentElement.dataset.liveSeq ?? 0) >= until,
    first + count,
  );
}
