import { useMemo } from 'react';
import { ACTIVITIES, type Activity, SOURCES, type Source } from '../../../server/contract/event.ts';
import { useWords } from '../i18n/index.ts';
import { type Choice, Combobox } from '../shell/Combobox.tsx';
import type { Upload } from './use-upload.ts';

/** What holds for every row that does not say it itself. */
export function ListDefaults({ upload }: { upload: Upload }) {
  const { t } = useWords();
  const { defaults, setDefaults, list, sources, wards, settled, busy } = upload;
  const choices = useMemo<Choice[]>(
    () => list.map(({ source_id, name }) => ({ code: source_id, name })),
    [list],
  );
  const known = sources?.by_id.get(defaults.source_id);
  return (
    <section className="part" aria-labelledby="list-defaults">
      <h2 id="list-defaults">{t('upload.defaults')}</h2>
      <p className="note">{t('upload.defaults_about')}</p>
      <fieldset className="fields plain" disabled={busy} aria-labelledby="list-defaults">
        <Combobox
          label={t('upload.default_source')}
          hint={
            defaults.source_id !== '' && sources && !known && choices.length > 0
              ? t('upload.unregistered')
              : undefined
          }
          choices={choices}
          value={defaults.source_id}
          change={(source_id) => {
            const found = sources?.by_id.get(source_id)?.source;
            setDefaults({ source_id, ...(found ? { source: found } : {}) });
          }}
          testid="default-source"
        />
        <label className="field">
          <span>{t('upload.default_kind')}</span>
          <select
            value={defaults.source}
            onChange={(event) => setDefaults({ source: event.target.value as Source | '' })}
            data-testid="default-kind"
          >
            <option value="">{t('upload.in_rows')}</option>
            {SOURCES.map((source) => (
              <option key={source} value={source}>
                {t(`source.${source}`)}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>{t('upload.default_date')}</span>
          <input
            type="date"
            value={defaults.date}
            onChange={(event) => setDefaults({ date: event.target.value })}
            data-testid="default-date"
          />
        </label>
        <label className="field">
          <span>{t('upload.default_time')}</span>
          <input
            type="time"
            value={defaults.time}
            onChange={(event) => setDefaults({ time: event.target.value })}
            data-testid="default-time"
          />
        </label>
        <label className="field">
          <span>{t('upload.default_activity')}</span>
          <select
            value={defaults.activity}
            onChange={(event) => setDefaults({ activity: event.target.value as Activity | '' })}
            data-testid="default-activity"
          >
            <option value="">{t('upload.in_rows')}</option>
            {ACTIVITIES.map((activity) => (
              <option key={activity} value={activity}>
                {t(`activity.${activity}`)}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>{t('upload.default_duration')}</span>
          <input
            inputMode="numeric"
            value={defaults.duration_min}
            onChange={(event) => setDefaults({ duration_min: event.target.value })}
            data-testid="default-duration"
          />
        </label>
        <label className="field">
          <span>{t('upload.default_programme')}</span>
          <input
            value={defaults.programme}
            maxLength={128}
            onChange={(event) => setDefaults({ programme: event.target.value })}
          />
        </label>
      </fieldset>
      {settled && !wards && <p className="notice warn">{t('upload.no_wards')}</p>}
    </section>
  );
}
