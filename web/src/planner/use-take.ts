import { useState } from 'react';
import { downloadFile } from '../api/download.ts';
import { type CoverageQuestion, coverageQuery } from '../api/queries.ts';

/** Downloads the figures of the present view; `failed` has the words of what went wrong. */
export function useTake(question: CoverageQuestion): {
  take: (format: 'csv' | 'geojson') => void;
  failed: string | null;
} {
  const [failed, setFailed] = useState<string | null>(null);
  const take = (format: 'csv' | 'geojson') => {
    setFailed(null);
    downloadFile(`coverage.${format}`, coverageQuery(question)).catch((error: unknown) => {
      setFailed(error instanceof Error ? error.message : String(error));
    });
  };
  return { take, failed };
}
