import { useQuery } from '@tanstack/react-query';
import type { ListedSource, Sources } from '../../../server/contract/source.ts';
import { getJson } from '../api/client.ts';

/** One place, vehicle or course, with what was heard from it. */
export type Place = ListedSource;

/** The whole register and what only events name; asked again when the page opens. */
export function usePlaces() {
  return useQuery({
    queryKey: ['sources'],
    queryFn: ({ signal }) => getJson<Sources>('sources', {}, signal),
    refetchOnMount: 'always',
  });
}
