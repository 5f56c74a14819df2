import './fonts.css';
import './tokens.css';
import './base.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { queryClient } from './api/queries.ts';
import { startI18n } from './i18n/index.ts';
import { pageStore, viewStore } from './state.ts';
import { hasWebgl } from './webgl.ts';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

if (!hasWebgl()) pageStore.set({ map_trouble: 'no_webgl' });
// The layers read their colours from the theme, so it must be there before the first of them is drawn.
const { theme } = viewStore.get();
document.documentElement.dataset.theme =
  theme ?? (window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
startI18n();

createRoot(root).render(
  <QueryClientProvider client={queryClient}>
    <App />
  </QueryClientProvider>,
);
