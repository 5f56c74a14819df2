import { Fragment, useMemo, useState } from 'react';
import type { Reject } from '../../../server/contract/reject.ts';
import { useSources } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { WideTable } from '../shell/WideTable.tsx';
import { formatDateTime } from '../text/format.ts';

function RecordFields({ record }: { record: Reject['record'] }) {
  const { t } = useWords();
  if (record === null) return <p className="note">{t('rejects.no_record')}</p>;
  return (
    <dl className="record" data-testid="record">
      {Object.entries(record).map(([field, value]) => (
        <div key={field}>
          <dt>{field}</dt>
          <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Refused rows, newest first; what is known of a row is opened beside it. */
export function RejectsTable({ rejects }: { rejects: readonly Reject[] }) {
  const { t, lang } = useWords();
  const [open, setOpen] = useState<number | null>(null);
  const sources = useSources().data?.sources;
  const names = useMemo(
    () => new Map((sources ?? []).map(({ source_id, name }) => [source_id, name])),
    [sources],
  );
  return (
    <WideTable cards className="rejects" label={t('rejects.table')}>
      <thead>
        <tr>
          <th scope="col">{t('rejects.received')}</th>
          <th scope="col">{t('rejects.from_source')}</th>
          <th scope="col">{t('rejects.reason')}</th>
          <th scope="col">{t('rejects.event')}</th>
          <th scope="col">{t('rejects.record')}</th>
        </tr>
      </thead>
      <tbody>
        {rejects.map((one, i) => {
          const { received_at, source_id, event_id, reason, detail, record } = one;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows are only added at the end, and have no id of their own.
            <Fragment key={i}>
              <tr data-testid="reject" data-reason={reason}>
                <th scope="row" data-label={t('rejects.received')}>
                  {formatDateTime(lang, Date.parse(received_at))}
                </th>
                <td data-label={t('rejects.from_source')}>
                  {source_id === '' ? t('rejects.no_source') : (names.get(source_id) ?? source_id)}
                </td>
                <td data-label={t('rejects.reason')}>
                  <div>
                    <strong>{t(`reason.${reason}`)}</strong>
                    <p className="code">{detail}</p>
                  </div>
                </td>
                <td className="code" data-label={t('rejects.event')}>
                  {event_id}
                </td>
                <td data-label={t('rejects.record')}>
                  <button
                    type="button"
                    className="button small"
                    aria-expanded={open === i}
                    onClick={() => setOpen(open === i ? null : i)}
                    data-testid="show-record"
                  >
                    {t(open === i ? 'rejects.hide_record' : 'rejects.show_record')}
                  </button>
                </td>
              </tr>
              {open === i && (
                <tr className="opened">
                  <td colSpan={5}>
                    <RecordFields record={record} />
                  </td>
                </tr>
              )}
            </Fragment>
          );
        })}
      </tbody>
    </WideTable>
  );
}
