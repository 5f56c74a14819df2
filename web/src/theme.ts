import { useLayoutEffect } from 'react';
import { useSystemDark } from './media.ts';
import { useView } from './state.ts';

/** The theme on show: as chosen, else as the system has it; written to the document for the CSS variables. */
export function useTheme(): 'light' | 'dark' {
  const chosen = useView((view) => view.theme);
  const system = useSystemDark() ? 'dark' : 'light';
  const theme = chosen ?? system;
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return theme;
}
