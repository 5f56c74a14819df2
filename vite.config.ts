import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The page: source in web/, built into web/dist, which the service hands out at `/`. */
export default defineConfig({
  root: new URL('./web', import.meta.url).pathname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // A strict content security policy has no `data:` fonts; every asset is a file of its own.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2200,
  },
  // npm run dev adds where the API is: the service that it starts.
  server: { host: '127.0.0.1' },
});
