import { type FormEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react';
import { SOURCE_KINDS, type SourceKind, type SourceRecord } from '../../../server/contract/source.ts';
import { queryClient, useAreas } from '../api/queries.ts';
import { type FieldFault, SendError, sendJson } from '../api/send.ts';
import { useWords } from '../i18n/index.ts';
import { type Choice, Combobox } from '../shell/Combobox.tsx';
import { Failure } from '../shell/Page.tsx';
import { checkDraft, type Draft, type DraftFault, type DraftField, inputOf } from './draft.ts';

type Props = {
  start: Draft;
  /** The name of what is edited; null for a new place. */
  editing: string | null;
  /** It is registered already. */
  known: boolean;
  taken: ReadonlySet<string>;
  close: (saved: SourceRecord | null) => void;
};

function Field({
  name,
  fault,
  hint,
  children,
}: {
  name: DraftField;
  fault: string | undefined;
  hint?: string;
  children: (attributes: { id: string; 'aria-invalid': boolean; 'aria-describedby': string }) => ReactNode;
}) {
  const { t } = useWords();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{t(`places.field.${name}`)}</label>
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

/** Registers a place or changes one; what is wrong stands beside its field. */
export function SourceForm({ start, editing, known, taken, close }: Props) {
  const { t, lang } = useWords();
  const areas = useAreas('ward').data;
  const [draft, setDraft] = useState(start);
  const [faults, setFaults] = useState<Partial<Record<DraftField, DraftFault>>>({});
  const [refused, setRefused] = useState<readonly FieldFault[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    heading.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const wards = useMemo<Choice[]>(
    () =>
      (areas?.features ?? []).map(({ properties }) => ({
        code: properties.code,
        name: lang === 'vi' ? properties.name : properties.name_en,
      })),
    [areas, lang],
  );
  const set = (patch: Partial<Draft>) => {
    setDraft((now) => ({ ...now, ...patch }));
    setRefused([]);
  };
  const faultOf = (name: DraftField): string | undefined => {
    const local = faults[name];
    if (local) return t(`places.fault.${local}`);
    const allowed = refused.find(({ field }) => field === name)?.allowed;
    return allowed === undefined ? undefined : t('places.fault.server', { allowed });
  };
  const save = async () => {
    const found = checkDraft(
      draft,
      editing === null ? taken : new Set(),
      wards.length > 0 ? new Set(wards.map(({ code }) => code)) : null,
    );
    setFaults(found);
    setError(null);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      const path = `sources/${encodeURIComponent(draft.source_id.trim())}`;
      const saved = await sendJson<SourceRecord>('PUT', path, inputOf(draft));
      await queryClient.invalidateQueries({ queryKey: ['sources'] });
      close(saved);
    } catch (fault) {
      const fields = fault instanceof SendError ? fault.fields : [];
      setRefused(fields);
      if (!fields.some(({ field }) => field in draft)) setError(fault);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save();
  };
  const input = (name: Exclude<DraftField, 'kind' | 'internet'>, hint?: string, numeric = false) => (
    <Field name={name} fault={faultOf(name)} {...(hint === undefined ? {} : { hint })}>
      {(attributes) => (
        <input
          {...attributes}
          value={draft[name]}
          autoComplete="off"
          inputMode={numeric ? 'decimal' : 'text'}
          disabled={name === 'source_id' && editing !== null}
          onChange={(event) => set({ [name]: event.target.value })}
          data-testid={`place-${name}`}
        />
      )}
    </Field>
  );
  return (
    <form
      className="part"
      onSubmit={submit}
      noValidate
      aria-labelledby="place-form"
      data-testid="place-form"
      onKeyDown={(event) => event.key === 'Escape' && close(null)}
    >
      <h2 id="place-form" ref={heading} tabIndex={-1}>
        {editing === null
          ? t('places.form_new')
          : t(known ? 'places.form_edit' : 'places.form_register', { name: editing })}
      </h2>
      <div className="fields">
        {input('name')}
        {input('source_id', t('places.hint.source_id'))}
        <Field name="kind" fault={faultOf('kind')}>
          {(attributes) => (
            <select
              {...attributes}
              value={draft.kind}
              onChange={(event) => set({ kind: event.target.value as SourceKind })}
              data-testid="place-kind"
            >
              {SOURCE_KINDS.map((kind) => (
                <option key={kind} value={kind}>
                  {t(`places.kinds.${kind}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Combobox
          label={t('places.field.ward')}
          hint={t('places.hint.ward')}
          fault={faultOf('ward')}
          choices={wards}
          value={draft.ward}
          change={(ward) => set({ ward })}
          testid="place-ward"
        />
        {input('lon', t('places.hint.lonlat'), true)}
        {input('lat', undefined, true)}
        {input('hours', t('places.hint.hours'))}
        {input('seats', undefined, true)}
        {input('computers', undefined, true)}
        <Field name="internet" fault={faultOf('internet')}>
          {(attributes) => (
            <select
              {...attributes}
              value={draft.internet}
              onChange={(event) => set({ internet: event.target.value as Draft['internet'] })}
            >
              <option value="">{t('places.unknown')}</option>
              <option value="yes">{t('places.yes')}</option>
              <option value="no">{t('places.no')}</option>
            </select>
          )}
        </Field>
      </div>
      {error !== null && <Failure error={error} retry={() => void save()} />}
      <p className="buttons">
        <button type="submit" className="button primary" disabled={busy} data-testid="place-save">
          {t('places.save')}
        </button>
        <button type="button" className="button" onClick={() => close(null)}>
          {t('places.cancel')}
        </button>
      </p>
    </form>
  );
}
