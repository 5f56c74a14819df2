// A thread does not inherit what loads TypeScript: it starts here.
import { register } from 'tsx/esm/api';

register();
await import('./reader-thread.ts');
