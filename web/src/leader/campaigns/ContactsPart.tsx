import { type ChangeEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { Campaign, ContactsSaved } from '../../../../server/contract/campaign.ts';
import { queryClient, useAreas } from '../../api/queries.ts';
import { request, sendJson } from '../../api/send.ts';
import { useWords } from '../../i18n/index.ts';
import { Failure } from '../../shell/Page.tsx';
import { WideTable } from '../../shell/WideTable.tsx';
import { toCsv } from '../../text/csv.ts';
import { download } from '../../text/download.ts';
import { fold } from '../../text/fold.ts';
import { formatNumber } from '../../text/format.ts';
import { decodeText } from '../../upload/read-csv.ts';
import { PROGRESS_KEY, useContacts } from '../model/queries.ts';

type Typed = { name: string; telephone: string };
const EMPTY: Typed = { name: '', telephone: '' };

function Saved({ saved }: { saved: ContactsSaved }) {
  const { t, lang } = useWords();
  return (
    <div
      className={saved.rejected.length > 0 ? 'notice warn' : 'notice good'}
      role="status"
      data-testid="contacts-saved"
    >
      <strong>
        {t('leader.contacts.saved', {
          n: formatNumber(lang, saved.saved),
          removed: formatNumber(lang, saved.removed),
        })}
      </strong>
      {saved.rejected.length > 0 && (
        <ul>
          {saved.rejected.map(({ index, ward, detail }) => (
            <li key={`${index} ${detail}`}>
              {t('places.import_row', { n: formatNumber(lang, index + 1) })}
              {ward ? ` (${ward})` : ''}: {detail}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Who answers for each ward of a campaign: from a file, or typed in place. */
export function ContactsPart({ campaign, close }: { campaign: Campaign; close: () => void }) {
  const { t, lang } = useWords();
  const contacts = useContacts(campaign.id);
  const areas = useAreas('ward').data;
  const [changes, setChanges] = useState<ReadonlyMap<string, Typed>>(new Map());
  const [query, setQuery] = useState('');
  const [saved, setSaved] = useState<ContactsSaved | null>(null);
  const [error, setError] = useState<unknown>(null);
  const file = useRef<HTMLInputElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);

  const known = useMemo(
    () => new Map(contacts.data?.map(({ ward, name, telephone }) => [ward, { name, telephone }])),
    [contacts.data],
  );
  const inside = useMemo(() => {
    const codes = new Set(campaign.areas);
    return (areas?.features ?? [])
      .map(({ properties }) => properties)
      .filter(({ code, parent }) => codes.size === 0 || codes.has(code) || codes.has(parent ?? ''))
      .map(({ code, name, name_en }) => ({ code, name: lang === 'vi' ? name : name_en }));
  }, [areas, campaign.areas, lang]);
  const shown = inside.filter(({ code, name }) => {
    const words = fold(`${name} ${code} ${known.get(code)?.name ?? ''}`);
    return words.includes(fold(query));
  });
  const fault_by_ward = new Map(saved?.rejected.map(({ ward, detail }) => [ward, detail]));

  const put = async (send: () => Promise<ContactsSaved>) => {
    setError(null);
    try {
      const answer = await send();
      setSaved(answer);
      // What was refused stays as typed, to be mended.
      const refused = new Set(answer.rejected.map(({ ward }) => ward));
      setChanges((now) => new Map([...now].filter(([ward]) => refused.has(ward))));
      await queryClient.invalidateQueries({ queryKey: ['contacts', campaign.id] });
      await queryClient.invalidateQueries({ queryKey: PROGRESS_KEY });
    } catch (fault) {
      setError(fault);
    }
  };
  const path = `campaigns/${encodeURIComponent(campaign.id)}/contacts`;
  const save = () =>
    put(() =>
      sendJson<ContactsSaved>(
        'PUT',
        path,
        [...changes].map(([ward, { name, telephone }]) => ({
          ward,
          name: name.trim(),
          telephone: telephone.trim(),
        })),
      ),
    );
  const take = async (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = event.target.files?.[0];
    if (!chosen) return;
    const bytes = new Uint8Array(await chosen.arrayBuffer());
    if (file.current) file.current.value = '';
    await put(async () => {
      const answer = await request('PUT', path, { type: 'text/csv', text: decodeText(bytes) });
      return (await answer.json()) as ContactsSaved;
    });
  };
  const template = () =>
    download(
      `contacts-${campaign.id}.csv`,
      toCsv([
        ['ward', 'name', 'telephone'],
        ...inside.map(({ code }) => [code, known.get(code)?.name ?? '', known.get(code)?.telephone ?? '']),
      ]),
    );
  const edit = (ward: string, patch: Partial<Typed>) =>
    setChanges((now) => new Map(now).set(ward, { ...(now.get(ward) ?? known.get(ward) ?? EMPTY), ...patch }));

  return (
    <section className="part" aria-labelledby="contacts-title" data-testid="contacts">
      <h2 id="contacts-title" ref={heading} tabIndex={-1}>
        {t('leader.contacts.title', { name: lang === 'vi' ? campaign.name_vi : campaign.name_en })}
      </h2>
      <p className="note">{t('leader.contacts.about')}</p>
      <p className="buttons">
        <button type="button" className="button" onClick={() => file.current?.click()}>
          {t('leader.contacts.upload')}
        </button>
        <button type="button" className="button" onClick={template} disabled={inside.length === 0}>
          {t('leader.contacts.download')}
        </button>
        <button type="button" className="button" onClick={close}>
          {t('places.close')}
        </button>
      </p>
      <input
        ref={file}
        type="file"
        hidden
        accept=".csv,text/csv"
        aria-label={t('leader.contacts.upload')}
        onChange={(event) => void take(event)}
        data-testid="contacts-file"
      />
      {saved && <Saved saved={saved} />}
      {error !== null && <Failure error={error} retry={() => void save()} />}
      {contacts.error && <Failure error={contacts.error} retry={() => void contacts.refetch()} />}
      <div className="fields">
        <label className="field">
          <span>{t('leader.contacts.find')}</span>
          <input value={query} onChange={(event) => setQuery(event.target.value)} autoComplete="off" />
        </label>
      </div>
      <WideTable label={t('leader.contacts.list')} cards className="contact-table">
        <thead>
          <tr>
            <th scope="col">{t('leader.contacts.ward')}</th>
            <th scope="col">{t('leader.contacts.name')}</th>
            <th scope="col">{t('leader.contacts.telephone')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ code, name }) => {
            const typed = changes.get(code) ?? known.get(code) ?? EMPTY;
            const fault = fault_by_ward.get(code);
            return (
              <tr key={code} data-code={code}>
                <th scope="row" data-label={t('leader.contacts.ward')}>
                  {name} <span className="code">{code}</span>
                </th>
                <td data-label={t('leader.contacts.name')}>
                  <input
                    value={typed.name}
                    aria-label={`${t('leader.contacts.name')}, ${name}`}
                    autoComplete="off"
                    onChange={(event) => edit(code, { name: event.target.value })}
                    data-testid={`contact-name-${code}`}
                  />
                </td>
                <td data-label={t('leader.contacts.telephone')}>
                  <input
                    type="tel"
                    value={typed.telephone}
                    aria-label={`${t('leader.contacts.telephone')}, ${name}`}
                    aria-invalid={fault !== undefined && changes.has(code)}
                    autoComplete="off"
                    onChange={(event) => edit(code, { telephone: event.target.value })}
                    data-testid={`contact-telephone-${code}`}
                  />
                  {fault !== undefined && changes.has(code) && <span className="fault">{fault}</span>}
                </td>
              </tr>
            );
          })}
        </tbody>
      </WideTable>
      <p className="buttons">
        <button
          type="button"
          className="button primary"
          disabled={changes.size === 0}
          onClick={() => void save()}
          data-testid="contacts-save"
        >
          {t('leader.contacts.save', { n: formatNumber(lang, changes.size) })}
        </button>
      </p>
    </section>
  );
}
