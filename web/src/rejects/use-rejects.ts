import { useInfiniteQuery } from '@tanstack/react-query';
import type { Rejects } from '../../../server/contract/reject.ts';
import { getJson } from '../api/client.ts';
import { askedOf, type Filters } from './filters.ts';

const PAGE_ROWS = '100';

/** Refused rows, newest first, a page at a time. */
export function useRejects(filters: Filters) {
  return useInfiniteQuery({
    queryKey: ['rejects', filters],
    queryFn: ({ pageParam, signal }) =>
      getJson<Rejects>('rejects', { ...askedOf(filters), limit: PAGE_ROWS, before: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    // Somebody who just sent a list looks here for it.
    staleTime: 0,
  });
}
