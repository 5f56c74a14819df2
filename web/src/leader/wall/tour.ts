import { useEffect, useRef, useState } from 'react';

/** The city is shown before the first district and after every third, ms. */
const CITY_MS = 12_000;
const DISTRICT_MS = 9_000;
const DISTRICTS_BETWEEN = 3;

/** The stop after `step` of a tour through `count` districts: the place of the district, or null for the city. */
export function stopOf(step: number, count: number): number | null {
  if (count === 0) return null;
  const [round, within] = [Math.floor(step / (DISTRICTS_BETWEEN + 1)), step % (DISTRICTS_BETWEEN + 1)];
  return within === 0 ? null : (round * DISTRICTS_BETWEEN + within - 1) % count;
}

/**
 * Walks through districts in the order of their ranks, coming back to the city; returns the code of the one on show. It
 * stays for its whole stop, also when another takes its rank meanwhile.
 */
export function useTour(codes: readonly string[]): string | null {
  const [{ step, code }, setStop] = useState<{ step: number; code: string | null }>({ step: 0, code: null });
  const order = useRef(codes);
  order.current = codes;
  const known = codes.length > 0;
  useEffect(() => {
    if (!known) return;
    const go = () => {
      const place = stopOf(step + 1, order.current.length);
      setStop({ step: step + 1, code: place === null ? null : (order.current[place] ?? null) });
    };
    const timer = window.setTimeout(go, code === null ? CITY_MS : DISTRICT_MS);
    return () => window.clearTimeout(timer);
  }, [step, code, known]);
  return code;
}
