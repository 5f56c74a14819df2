import type { Caller } from '../access/caller.ts';
import type { Coverage, CoverageQuery } from '../contract/coverage.ts';
import { figuresVersion, readAllFigures, readBasicFigures } from '../coverage/read-figures.ts';
import { asOf, coverageRequest } from '../routes/coverage.ts';
import type { Services } from '../services.ts';

/**
 * The figures that `GET /api/v1/coverage` gives this caller, read and hidden by the same functions: exports cannot say
 * more or other than it does. Kept as objects, so that pages of one collection cost nothing. Not to be changed. Throws
 * 400 naming the field.
 */
export async function readFigures(
  services: Services,
  caller: Caller,
  query: CoverageQuery,
): Promise<Coverage> {
  const { figures = 'all', ...rest } = query;
  const asked = coverageRequest(services, caller, rest);
  await services.caughtUp();
  const times = asOf(services);
  const now = Date.now();
  const key = `figures ${figures} ${JSON.stringify(asked)}`;
  const read = await services.answers.get(key, figuresVersion(services, asked, now), () =>
    figures === 'basic' ? readBasicFigures(services, asked) : readAllFigures(services, asked, now),
  );
  return { ...times, ...read };
}
