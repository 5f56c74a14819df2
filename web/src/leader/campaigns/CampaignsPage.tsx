import './Campaigns.css';
import { useEffect, useRef, useState } from 'react';
import { Link, useSearch } from 'wouter';
import type { Campaign } from '../../../../server/contract/campaign.ts';
import { queryClient } from '../../api/queries.ts';
import { request } from '../../api/send.ts';
import { useWords } from '../../i18n/index.ts';
import { Failure, Page } from '../../shell/Page.tsx';
import { WideTable } from '../../shell/WideTable.tsx';
import { formatDate, formatNumber } from '../../text/format.ts';
import { dayStart } from '../../text/window.ts';
import { useCampaigns, useMayAct } from '../model/queries.ts';
import { livePath, useHref } from '../model/use-href.ts';
import { CampaignForm } from './CampaignForm.tsx';
import { ContactsPart } from './ContactsPart.tsx';
import { draftOf, EMPTY_DRAFT } from './draft.ts';

type Panel = { form: Campaign | null } | { contacts: Campaign } | { remove: Campaign } | null;

/** Asks once more before a campaign goes. */
function Remove({ campaign, close }: { campaign: Campaign; close: (removed: boolean) => void }) {
  const { t, lang } = useWords();
  const [error, setError] = useState<unknown>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const remove = async () => {
    setError(null);
    try {
      await request('DELETE', `campaigns/${encodeURIComponent(campaign.id)}`);
      await queryClient.invalidateQueries({ queryKey: ['campaigns'] });
      close(true);
    } catch (fault) {
      setError(fault);
    }
  };
  return (
    <section className="part" aria-labelledby="remove-title" data-testid="campaign-remove">
      <h2 id="remove-title" ref={heading} tabIndex={-1}>
        {t('leader.remove.title', { name: lang === 'vi' ? campaign.name_vi : campaign.name_en })}
      </h2>
      <p>{t('leader.remove.about')}</p>
      {error !== null && <Failure error={error} retry={() => void remove()} />}
      <p className="buttons">
        <button type="button" className="button primary" onClick={() => void remove()}>
          {t('leader.remove.yes')}
        </button>
        <button type="button" className="button" onClick={() => close(false)}>
          {t('places.cancel')}
        </button>
      </p>
    </section>
  );
}

function Table({ campaigns, open }: { campaigns: readonly Campaign[]; open: (panel: Panel) => void }) {
  const { t, lang } = useWords();
  const href = useHref();
  const may_edit = useMayAct('planner');
  const may_see_contacts = useMayAct('leader');
  return (
    <WideTable label={t('leader.campaigns')} cards>
      <thead>
        <tr>
          <th scope="col">{t('leader.table.name')}</th>
          <th scope="col">{t('leader.table.days')}</th>
          <th scope="col">{t('leader.table.targets')}</th>
          <th scope="col">{t('leader.table.act')}</th>
        </tr>
      </thead>
      <tbody>
        {campaigns.map((campaign) => {
          const targets = (['events', 'learners', 'minutes', 'wards'] as const).flatMap((measure) =>
            campaign.targets[measure] === null
              ? []
              : t(`leader.count.${measure}`, { n: formatNumber(lang, campaign.targets[measure]) }),
          );
          return (
            <tr key={campaign.id} data-testid="campaign-row" data-id={campaign.id}>
              <th scope="row" data-label={t('leader.table.name')}>
                <span>
                  <Link href={href(livePath(campaign.id))}>
                    {lang === 'vi' ? campaign.name_vi : campaign.name_en}
                  </Link>{' '}
                  <span className={campaign.state === 'running' ? 'tag good' : 'tag'}>
                    {t(`leader.state.${campaign.state}`)}
                  </span>{' '}
                  {campaign.public && <span className="tag">{t('leader.table.public')}</span>}
                </span>
              </th>
              <td data-label={t('leader.table.days')}>
                {formatDate(lang, dayStart(campaign.first_day))} –{' '}
                {formatDate(lang, dayStart(campaign.last_day))}
              </td>
              <td data-label={t('leader.table.targets')}>{targets.join(' · ') || t('leader.no_target')}</td>
              <td data-label={t('leader.table.act')}>
                <span className="buttons">
                  {may_edit && (
                    <button
                      type="button"
                      className="button small"
                      onClick={() => open({ form: campaign })}
                      data-testid="campaign-edit"
                    >
                      {t('leader.edit')}
                    </button>
                  )}
                  {may_see_contacts && (
                    <button
                      type="button"
                      className="button small"
                      onClick={() => open({ contacts: campaign })}
                      data-testid="campaign-contacts"
                    >
                      {t('leader.contacts.open')}
                    </button>
                  )}
                  {may_edit && (
                    <button type="button" className="button small" onClick={() => open({ remove: campaign })}>
                      {t('leader.remove.open')}
                    </button>
                  )}
                </span>
              </td>
            </tr>
          );
        })}
      </tbody>
    </WideTable>
  );
}

/** Campaigns: listed, made, edited, with who answers for their wards. */
export default function CampaignsPage() {
  const { t, lang } = useWords();
  const search = useSearch();
  const { data, error, refetch } = useCampaigns();
  const may_edit = useMayAct('planner');
  const [panel, setPanel] = useState<Panel>(null);
  const [saved, setSaved] = useState<Campaign | null>(null);
  const opener = useRef<Element | null>(null);
  const asked = new URLSearchParams(search).get('edit');
  const opened = useRef<string | null>(null);
  useEffect(() => {
    const campaign = data?.find(({ id }) => id === asked);
    if (!campaign || opened.current === asked) return;
    opened.current = asked;
    setPanel({ form: campaign });
  }, [asked, data]);
  const open = (next: Panel) => {
    opener.current = document.activeElement;
    setSaved(null);
    setPanel(next);
  };
  const close = () => {
    setPanel(null);
    if (opener.current instanceof HTMLElement) opener.current.focus();
  };
  return (
    <Page title={t('leader.campaigns')} about={t('leader.campaigns_about')}>
      <p className="buttons">
        {may_edit && (
          <button
            type="button"
            className="button primary"
            onClick={() => open({ form: null })}
            data-testid="campaign-new"
          >
            {t('leader.form.new')}
          </button>
        )}
      </p>
      {saved && (
        <p className="notice good" role="status" data-testid="campaign-saved">
          {t('leader.form.saved', { name: lang === 'vi' ? saved.name_vi : saved.name_en })}
        </p>
      )}
      {panel && 'form' in panel && (
        <CampaignForm
          key={panel.form?.id ?? ''}
          start={panel.form ? draftOf(panel.form) : EMPTY_DRAFT}
          editing={panel.form}
          taken={new Set(data?.map(({ id }) => id))}
          close={(campaign) => {
            setSaved(campaign);
            close();
          }}
        />
      )}
      {panel && 'contacts' in panel && (
        <ContactsPart key={panel.contacts.id} campaign={panel.contacts} close={close} />
      )}
      {panel && 'remove' in panel && (
        <Remove key={panel.remove.id} campaign={panel.remove} close={() => close()} />
      )}
      <section className="part" aria-label={t('leader.campaigns')}>
        {error && !data ? (
          <Failure error={error} retry={() => void refetch()} />
        ) : data === undefined ? (
          <p className="skeleton">{t('state.loading')}</p>
        ) : data.length === 0 ? (
          <p className="note">{t(may_edit ? 'leader.none_yet' : 'leader.none_public')}</p>
        ) : (
          <Table campaigns={data} open={open} />
        )}
      </section>
    </Page>
  );
}
