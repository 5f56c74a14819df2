import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { IngestAnswer } from '../../../server/contract/event.ts';
import { useAreas, useSources } from '../api/queries.ts';
import { retryAfterMs, sendJson } from '../api/send.ts';
import type { Mapping, Table } from './fields.ts';
import { mapHeadings } from './headings.ts';
import { sourceDirectory, wardDirectory } from './places.ts';
import { type Defaults, NO_DEFAULTS, type PreparedRow, prepareRows } from './prepare.ts';
import { UnreadableFile } from './read-csv.ts';
import { readFile } from './read-file.ts';
import { type SendState, sendRows, unsent } from './send.ts';

/** A chosen file as it was read. */
export type Chosen = { name: string; table: Table };

function useDirectories() {
  const areas = useAreas('ward');
  const sources = useSources();
  const wards = useMemo(() => (areas.data ? wardDirectory(areas.data) : null), [areas.data]);
  const known = useMemo(() => (sources.data ? sourceDirectory(sources.data.sources) : null), [sources.data]);
  return {
    wards,
    sources: known,
    list: sources.data?.sources ?? [],
    settled: !areas.isLoading && !sources.isLoading,
    /** Why ward names are not known. */
    refused: areas.error,
  };
}

/** Everything between a chosen file and its rows in the service. */
export function useUpload() {
  const directories = useDirectories();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [reading, setReading] = useState(false);
  const [unreadable, setUnreadable] = useState<UnreadableFile | null>(null);
  const [mapping, setMapping] = useState<Mapping>([]);
  const [defaults, setDefaults] = useState<Defaults>(NO_DEFAULTS);
  const [sending, setSending] = useState<SendState | null>(null);
  const stopped = useRef(false);
  /** Ends a wait at once. */
  const wake = useRef<() => void>(() => undefined);
  /** The rows as they were when sending began: a key given half-way may let more be known about the others. */
  const started = useRef<PreparedRow[]>([]);

  // Ten thousand rows take a moment: the fields above stay quick while they are read again.
  const asked = useDeferredValue(defaults);
  const { wards, sources } = directories;
  const rows = useMemo<PreparedRow[]>(
    () =>
      chosen ? prepareRows(chosen.table, { mapping, defaults: asked, wards, sources, now: Date.now() }) : [],
    [chosen, mapping, asked, wards, sources],
  );
  const good = useMemo(() => rows.filter(({ event }) => event !== null), [rows]);

  const stop = () => {
    stopped.current = true;
    wake.current();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only refs are used.
  useEffect(() => stop, []);
  const busy = sending !== null && ['sending', 'waiting', 'offline'].includes(sending.phase);
  useEffect(() => {
    if (!busy) return;
    // The browser asks before a list that is on its way is left.
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [busy]);

  const take = async (file: File) => {
    setReading(true);
    setUnreadable(null);
    setSending(null);
    try {
      const table = await readFile(file);
      setMapping(mapHeadings(table.headings));
      setChosen({ name: file.name, table });
    } catch (error) {
      setChosen(null);
      setUnreadable(error instanceof UnreadableFile ? error : new UnreadableFile('not_csv'));
    } finally {
      setReading(false);
    }
  };
  const send = async () => {
    stopped.current = false;
    if (!sending) started.current = good;
    await sendRows(started.current, sending ?? unsent(good.length), {
      post: (events) => sendJson<IngestAnswer>('POST', 'events', events),
      retryAfterMs,
      wait: (ms) =>
        new Promise((resolve) => {
          wake.current = resolve;
          window.setTimeout(resolve, ms);
        }),
      isOnline: () => window.navigator.onLine,
      untilOnline: () =>
        new Promise((resolve) => {
          wake.current = resolve;
          window.addEventListener('online', () => resolve(), { once: true });
        }),
      tell: setSending,
      isStopped: () => stopped.current,
    });
  };
  // What is sent must be what is seen: another reading of the rows begins anew.
  const change = <T>(set: (value: T) => void) => {
    return (value: T) => {
      setSending(null);
      set(value);
    };
  };
  return {
    ...directories,
    chosen,
    reading,
    unreadable,
    mapping,
    defaults,
    rows,
    good,
    settling: asked !== defaults,
    sending,
    busy,
    take,
    setMapping: change(setMapping),
    setDefaults: change((patch: Partial<Defaults>) => setDefaults((now) => ({ ...now, ...patch }))),
    send,
    stop,
  };
}
export type Upload = ReturnType<typeof useUpload>;
