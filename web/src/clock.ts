import { useEffect, useState } from 'react';
import { DAY_MS, startOfCityDay } from '../../server/contract/time.ts';

/** Start of the city's day; the component draws again when the next day begins. */
export function useToday(): number {
  const [today, setToday] = useState(() => startOfCityDay(Date.now()));
  useEffect(() => {
    const timer = window.setTimeout(
      () => setToday(startOfCityDay(Date.now())),
      today + DAY_MS - Date.now() + 50,
    );
    return () => window.clearTimeout(timer);
  }, [today]);
  return today;
}
