import { type FormEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react';
import { CAMPAIGN_MEASURES, type Campaign } from '../../../../server/contract/campaign.ts';
import { queryClient, useAreas, useProgrammes } from '../../api/queries.ts';
import { type FieldFault, SendError, sendJson } from '../../api/send.ts';
import { useWords } from '../../i18n/index.ts';
import type { Choice } from '../../shell/Combobox.tsx';
import { Failure } from '../../shell/Page.tsx';
import {
  type CampaignDraft,
  checkDraft,
  type DraftFault,
  type DraftField,
  fieldOf,
  idOf,
  inputOf,
} from './draft.ts';
import { PickMany } from './PickMany.tsx';

type Attributes = { id: string; 'aria-invalid': boolean; 'aria-describedby': string };

function Field({
  name,
  label,
  fault,
  hint,
  children,
}: {
  name: DraftField;
  label: string;
  fault: string | undefined;
  hint?: string | undefined;
  children: (attributes: Attributes) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-invalid': fault !== undefined, 'aria-describedby': `${id}-about` })}
      <small
        id={`${id}-about`}
        className={fault ? 'fault' : undefined}
        data-testid={fault ? `fault-${name}` : undefined}
      >
        {fault ?? hint}
      </small>
    </div>
  );
}

/** Wards and former districts to choose from, and programmes that events name. */
function useChoices(): { areas: Choice[]; programmes: Choice[] } {
  const { lang } = useWords();
  const wards = useAreas('ward').data;
  const districts = useAreas('district').data;
  const programmes = useProgrammes().data;
  return useMemo(
    () => ({
      areas: [districts, wards].flatMap((areas) =>
        (areas?.features ?? []).map(({ properties }) => ({
          code: properties.code,
          name: lang === 'vi' ? properties.name : properties.name_en,
        })),
      ),
      programmes: (programmes?.programmes ?? []).map(({ programme, first_day, last_day }) => ({
        code: programme,
        name: programme,
        about: `${first_day} – ${last_day}`,
      })),
    }),
    [wards, districts, programmes, lang],
  );
}

type Props = {
  start: CampaignDraft;
  /** The campaign that is edited; null for a new one. */
  editing: Campaign | null;
  taken: ReadonlySet<string>;
  close: (saved: Campaign | null) => void;
};

/** Makes a campaign or changes one; what is wrong stands beside its field. */
export function CampaignForm({ start, editing, taken, close }: Props) {
  const { t, lang } = useWords();
  const choices = useChoices();
  const [draft, setDraft] = useState(start);
  const [own_id, setOwnId] = useState(editing !== null);
  const [faults, setFaults] = useState<Partial<Record<DraftField, DraftFault>>>({});
  const [refused, setRefused] = useState<readonly FieldFault[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    heading.current?.focus();
    heading.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const set = (patch: Partial<CampaignDraft>) => {
    setDraft((now) => ({ ...now, ...patch }));
    setRefused([]);
  };
  const faultOf = (name: DraftField): string | undefined => {
    const local = faults[name];
    if (local) return t(`leader.form.fault.${local}`);
    const allowed = refused.find(({ field }) => fieldOf(field) === name)?.allowed;
    return allowed === undefined ? undefined : t('places.fault.server', { allowed });
  };
  const known: ReadonlySet<string> = new Set<DraftField>([
    'id',
    'name_vi',
    'name_en',
    'programmes',
    'first_day',
    'last_day',
    'areas',
    'public',
    ...CAMPAIGN_MEASURES.map((measure) => `targets.${measure}` as const),
  ]);
  const save = async () => {
    const found = checkDraft(draft, editing === null ? taken : new Set());
    setFaults(found);
    setError(null);
    if (Object.keys(found).length > 0) {
      // The first field that is wrong, once its words are there.
      window.setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      return;
    }
    setBusy(true);
    try {
      const path = `campaigns/${encodeURIComponent(draft.id.trim())}`;
      const saved = await sendJson<Campaign>('PUT', path, inputOf(draft));
      await queryClient.invalidateQueries({ queryKey: ['campaigns'] });
      close(saved);
    } catch (fault) {
      const fields = fault instanceof SendError ? fault.fields : [];
      setRefused(fields);
      if (!fields.some(({ field }) => known.has(fieldOf(field)))) setError(fault);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save();
  };
  const text = (name: 'id' | 'name_vi' | 'name_en' | 'first_day' | 'last_day', hint?: string) => (
    <Field name={name} label={t(`leader.form.${name}`)} fault={faultOf(name)} hint={hint}>
      {(attributes) => (
        <input
          {...attributes}
          type={name.endsWith('_day') ? 'date' : 'text'}
          value={draft[name]}
          autoComplete="off"
          disabled={name === 'id' && editing !== null}
          onChange={(event) => {
            const { value } = event.target;
            if (name === 'id') setOwnId(true);
            set(name === 'name_vi' && !own_id ? { name_vi: value, id: idOf(value) } : { [name]: value });
          }}
          data-testid={`campaign-${name}`}
        />
      )}
    </Field>
  );
  return (
    <form
      ref={form}
      className="part"
      onSubmit={submit}
      noValidate
      aria-labelledby="campaign-form"
      data-testid="campaign-form"
    >
      <h2 id="campaign-form" ref={heading} tabIndex={-1}>
        {editing === null
          ? t('leader.form.new')
          : t('leader.form.edit', { name: lang === 'vi' ? editing.name_vi : editing.name_en })}
      </h2>
      <div className="fields">
        {text('name_vi')}
        {text('name_en')}
        {text('id', t('leader.form.id_hint'))}
        {text('first_day')}
        {text('last_day', t('leader.form.last_day_hint'))}
        <PickMany
          label={t('leader.form.programmes')}
          hint={t('leader.form.programmes_hint')}
          fault={faultOf('programmes')}
          choices={choices.programmes}
          chosen={draft.programmes}
          change={(programmes) => set({ programmes })}
          free
          testid="campaign-programmes"
        />
        <PickMany
          label={t('leader.form.areas')}
          hint={t('leader.form.areas_hint')}
          fault={faultOf('areas')}
          choices={choices.areas}
          chosen={draft.areas}
          change={(areas) => set({ areas })}
          testid="campaign-areas"
        />
      </div>
      <fieldset className="form-part">
        <legend>{t('leader.form.targets')}</legend>
        <div className="fields">
          {CAMPAIGN_MEASURES.map((measure) => (
            <Field
              key={measure}
              name={`targets.${measure}`}
              label={t(`leader.unit.${measure}`)}
              fault={faultOf(`targets.${measure}`)}
              hint={t('leader.form.target_hint')}
            >
              {(attributes) => (
                <input
                  {...attributes}
                  inputMode="numeric"
                  autoComplete="off"
                  value={draft.targets[measure]}
                  onChange={(event) => set({ targets: { ...draft.targets, [measure]: event.target.value } })}
                  data-testid={`campaign-target-${measure}`}
                />
              )}
            </Field>
          ))}
        </div>
        <p className="note">
          {Object.keys(draft.ward_targets).length > 0
            ? t('leader.form.ward_targets', { n: String(Object.keys(draft.ward_targets).length) })
            : t('leader.form.ward_targets_none')}
        </p>
      </fieldset>
      <div className="field">
        <label className="check">
          <input
            type="checkbox"
            checked={draft.public}
            aria-invalid={faultOf('public') !== undefined}
            aria-describedby="campaign-public-about"
            onChange={(event) => set({ public: event.target.checked })}
            data-testid="campaign-public"
          />
          {t('leader.form.public')}
        </label>
        <small id="campaign-public-about" className={faultOf('public') ? 'fault' : undefined}>
          {faultOf('public') ?? t('leader.form.public_hint')}
        </small>
      </div>
      {error !== null && <Failure error={error} retry={() => void save()} />}
      <p className="buttons">
        <button type="submit" className="button primary" disabled={busy} data-testid="campaign-save">
          {t('places.save')}
        </button>
        <button type="button" className="button" onClick={() => close(null)}>
          {t('places.cancel')}
        </button>
      </p>
    </form>
  );
}
