import { DAY_MS, startOfCityDay, toCityIso } from '../../../server/contract/time.ts';
import { useWords } from '../i18n/index.ts';
import { useCampaigns } from '../leader/model/queries.ts';
import type { LeaderModel } from '../leader/model/use-model.ts';
import { OpenSql } from './OpenSql.tsx';

/** The window that a leader's figure is of, with the one programme that is counted; null where no statement says so. */
function useWindow({ id, district_progress }: LeaderModel) {
  const campaign = useCampaigns().data?.find((one) => one.id === id);
  if (id === null) {
    const start = startOfCityDay(Date.now());
    return { from: toCityIso(start), to: toCityIso(start + DAY_MS), programme: null };
  }
  // A campaign of some areas or of several programmes is counted over all of them: one statement has one of each.
  if (!district_progress || campaign?.programmes.length !== 1 || campaign.areas.length > 0) return null;
  const { from, to } = district_progress;
  return { from, to, programme: campaign.programmes[0] ?? null };
}

/** The way to the SQL of a leader's figure: of a campaign, or of the city's day. */
export function LeaderSql({
  model,
  measure,
}: {
  model: LeaderModel;
  measure: 'events' | 'learners' | 'minutes' | 'wards';
}) {
  const { t } = useWords();
  const window = useWindow(model);
  if (window === null || measure === 'wards') return null;
  const basis = window.programme !== null && measure === 'learners' ? 'place' : null;
  return (
    <OpenSql {...window} figure={measure} level="ward" basis={basis} what={t(`leader.unit.${measure}`)} />
  );
}
