import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// Builds the page into web/dist, unless it was built from these very sources.
const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = path.join(root, 'web/dist/.built-from');

/** A hash of everything that the built page depends on. */
function hashOfSources(): string {
  const hash = createHash('sha256');
  const add = (file: string) => hash.update(file).update(readFileSync(path.join(root, file)));
  for (const folder of ['web/src', 'server/contract', 'web/public']) {
    if (!existsSync(path.join(root, folder))) continue;
    const files = readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true });
    for (const file of files
      .filter((entry) => entry.isFile())
      .map((e) => path.join(e.parentPath, e.name))
      .sort()) {
      add(path.relative(root, file));
    }
  }
  for (const file of ['web/index.html', 'vite.config.ts', 'package-lock.json']) add(file);
  return hash.digest('hex');
}

const hash = hashOfSources();
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) {
  const { build } = await import('vite');
  await build({
    root: path.join(root, 'web'),
    configFile: path.join(root, 'vite.config.ts'),
    logLevel: 'warn',
  });
  writeFileSync(stamp, hash);
}
