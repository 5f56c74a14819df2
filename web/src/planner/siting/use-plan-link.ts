import { useBounds } from '../../figures/use-figures.ts';
import { useView } from '../../state.ts';
import { rangeOf } from '../../text/window.ts';
import { writeView } from '../../url-state.ts';

/** The address that shows this plan again: its stops, and the days by date, so that *the past 30 days* stay these days. */
export function usePlanLink(): string {
  const view = useView((now) => now);
  const bounds = useBounds();
  const query = writeView({
    ...view,
    window: rangeOf(bounds),
    at: null,
    area: null,
    theme: null,
    print: false,
  });
  return `${window.location.origin}/${query}`;
}
