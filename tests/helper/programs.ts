import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'vite';
import { builtProgram, PROGRAMS } from './built-program.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The code of a thread as the sources name it, and the program that is built of it. */
const THREADS: Record<string, string> = {
  './figure-thread.ts': 'server/coverage/figure-thread.ts',
  './reader-thread.ts': 'server/ingest/import/reader-thread.ts',
};

/**
 * Builds the programs into a folder, dependencies and all, as the same modules in fewer files: to start one as it is,
 * through tsx, costs 2 to 3 seconds of a core more.
 */
export async function buildPrograms(directory: string): Promise<void> {
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    plugins: [atHome(directory)],
    ssr: { noExternal: true, external: ['chdb', 'chdb/connection'] },
    build: {
      ssr: true,
      target: 'node20',
      minify: false,
      outDir: directory,
      emptyOutDir: false,
      rolldownOptions: {
        input: Object.fromEntries(
          PROGRAMS.map((source) => [source.replace(/\.ts$/, ''), path.join(ROOT, source)]),
        ),
        output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: 'chunks/[name]-[hash].mjs' },
      },
    },
  });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(directory, 'node_modules'));
}

/** A built module goes on finding SQL, tables, the page and files of packages beside its source, and its threads built. */
function atHome(directory: string): Plugin {
  return {
    name: 'at-home',
    enforce: 'pre',
    transform(code, id) {
      if (!path.isAbsolute(id) || !/import\.meta\.url|\b__dirname\b/.test(code)) return;
      const text = (value: string) => JSON.stringify(value);
      return {
        code: code
          .replace(/new URL\('([^']+-thread\.ts)', import\.meta\.url\)/g, (whole, thread: string) => {
            const built = builtProgram(directory, THREADS[thread] ?? '');
            return built === undefined ? whole : `new URL(${text(pathToFileURL(built).href)})`;
          })
          .replaceAll('import.meta.url', text(pathToFileURL(id).href))
          .replace(/(?<!(?:const|let|var) )\b__dirname\b/g, text(path.dirname(id))),
        map: null,
      };
    },
  };
}
