import { useState } from 'react';
import type { Level } from '../../../server/contract/area.ts';
import type { LearnerGroup } from '../../../server/contract/event.ts';
import { useCoverage } from '../api/queries.ts';
import { useQuestion } from '../figures/use-figures.ts';
import { useWords } from '../i18n/index.ts';
import { MethodLink } from '../method/MethodLink.tsx';
import { formatNumber } from '../text/format.ts';
import { GROUP_CHOICES } from '../url-state.ts';

/** The most a quotient's bar shows: four times the city's share. */
const MOST = 4;

function GroupRow({ level, area, group }: { level: Level; area: string; group: LearnerGroup }) {
  const { t, lang } = useWords();
  const { data } = useCoverage({ ...useQuestion(level), group, figures: 'basic' });
  const row = data?.areas.find((one) => one.code === area);
  const quotient = row?.quotient ?? null;
  const part = (value: number | null | undefined) => `${(100 * Math.min(MOST, value ?? 0)) / MOST}%`;
  const text = row?.suppressed
    ? t('list.suppressed')
    : quotient === null
      ? t('ward.no_quotient')
      : t('ward.quotient', {
          value: formatNumber(lang, quotient, 1),
          low: formatNumber(lang, row?.quotient_low, 1),
          high: formatNumber(lang, row?.quotient_high, 1),
        });
  return (
    <div className="group-row">
      <dt>{t(`group.${group}`)}</dt>
      <dd>{data ? text : t('list.pending')}</dd>
      <span className="bar" aria-hidden="true">
        {quotient !== null && <span className="bar-fill group" style={{ width: part(quotient) }} />}
        <span className="bar-city" style={{ left: part(1) }} />
      </span>
    </div>
  );
}

/** Which groups are more or less among the learners here than in the city; asked for when it is opened. */
export function CardGroups({ level, area }: { level: Level; area: string }) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <section>
      <h3>
        {t('ward.groups')} <MethodLink id="groups" what={t('ward.groups')} />
      </h3>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t('ward.groups_open')}</summary>
        {open && (
          <>
            <p className="card-note">{t('ward.groups_hint')}</p>
            <dl className="group-rows">
              {GROUP_CHOICES.map((group) => (
                <GroupRow key={group} level={level} area={area} group={group} />
              ))}
            </dl>
          </>
        )}
      </details>
    </section>
  );
}
