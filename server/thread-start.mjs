// A thread does not inherit what loads TypeScript, and its first file is read without it: it starts here.
import { workerData } from 'node:worker_threads';
import { tsImport } from 'tsx/esm/api';

await tsImport(workerData.entry, import.meta.url);
