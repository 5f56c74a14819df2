// A thread's first file is read without loaders, so it cannot be TypeScript itself.
import { tsImport } from 'tsx/esm/api';

await tsImport('./figure-thread.ts', import.meta.url);
