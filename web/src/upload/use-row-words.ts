import { useAreas } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { formatDateTime, formatNumber } from '../text/format.ts';
import type { PreparedRow } from './prepare.ts';
import type { SendState } from './send.ts';

/** Rows in words: what was understood, what is wrong, what became of them. */
export function useRowWords(sending: SendState | null) {
  const { t, lang } = useWords();
  const areas = useAreas('ward').data;
  const wardName = (code: string) => {
    const found = areas?.features.find(({ properties }) => properties.code === code)?.properties;
    return (lang === 'vi' ? found?.name : found?.name_en) ?? code;
  };
  return {
    /** The event as one line. */
    summary: ({ event }: PreparedRow): string => {
      if (!event) return '';
      const parts = [
        formatDateTime(lang, Date.parse(event.occurred_at)),
        event.source_id,
        t(`activity.${event.activity}`),
        event.learner_id
          ? t('upload.person')
          : t('upload.people', { n: formatNumber(lang, event.headcount ?? 1) }),
        event.duration_min === undefined
          ? ''
          : t('upload.minutes', { n: formatNumber(lang, event.duration_min) }),
        event.home_ward ? t('upload.home', { ward: wardName(event.home_ward) }) : '',
        event.ward ? t('upload.at_ward', { ward: wardName(event.ward) }) : '',
      ];
      return parts.filter((part) => part !== '').join(' · ');
    },
    /** Everything that keeps the row out, the service's own words last; '' when nothing does. */
    faults: (row: PreparedRow): string[] => {
      const refused = sending?.refused.get(row.line);
      const texts = [
        ...row.problems.map(({ code, given }) => t(`upload.problem.${code}`, { given })),
        ...(refused ? [`${t(`reason.${refused.reason}`)}. ${refused.detail}`] : []),
      ];
      return [...new Set(texts)];
    },
    notes: ({ notes }: PreparedRow): string[] =>
      notes.map(({ code, given }) => t(`upload.note.${code}`, { given })),
  };
}
