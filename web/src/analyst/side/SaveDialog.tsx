import { type FormEvent, useState } from 'react';
import { ApiError } from '../../api/client.ts';
import { fold } from '../../text/fold.ts';
import { keepQuery } from '../api.ts';
import { parametersOf } from '../parameters.ts';
import type { Draw } from '../types.ts';
import type { Sheet } from '../use-workbench.ts';
import { useAnalystWords } from '../words.ts';
import { Drawer } from './Drawer.tsx';

/** The id of a kept query from its name: letters, digits and dashes. */
export function idOf(title: string): string {
  return fold(title).replaceAll(' ', '-').slice(0, 64).replace(/-+$/, '');
}

type Props = {
  shown: boolean;
  close: () => void;
  sheet: Sheet;
  draw: Draw | null;
  kept: (id: string, title: string) => void;
};

/** Keeps the query under a name, for oneself or for all who may analyse. */
export function SaveDialog({ shown, close, sheet, draw, kept }: Props) {
  const { t, lang } = useAnalystWords();
  const [title, setTitle] = useState<string | null>(null);
  const [description, setDescription] = useState<string | null>(null);
  const [shared, setShared] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const name = title ?? sheet.title?.[lang] ?? '';
  const about = description ?? sheet.description?.[lang] ?? '';
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setFailed(null);
    const parameters = parametersOf(sheet.sql).map((one) => ({
      ...one,
      default: sheet.values[one.name] ?? '',
    }));
    const id = idOf(name);
    try {
      await keepQuery(id, {
        title: name.trim(),
        description: about.trim(),
        sql: sheet.sql,
        parameters,
        draw,
        shared,
      });
      setTitle(null);
      setDescription(null);
      kept(id, name.trim());
      close();
    } catch (error) {
      const taken = error instanceof ApiError && error.status === 403;
      setFailed(
        taken ? t('save.taken') : t('save.failed', { detail: error instanceof Error ? error.message : '' }),
      );
    }
  };
  return (
    <Drawer
      open={shown}
      close={close}
      title={t('save.heading')}
      closing={t('drawer.close')}
      side="right"
      testid="save-dialog"
    >
      <form className="save-form" onSubmit={(event) => void save(event)}>
        <label className="field">
          <span>{t('save.name')}</span>
          <input
            required
            maxLength={120}
            value={name}
            onChange={(event) => setTitle(event.target.value)}
            data-testid="save-name"
          />
          <small>{idOf(name)}</small>
        </label>
        <label className="field">
          <span>{t('save.description')}</span>
          <textarea
            rows={3}
            maxLength={1000}
            value={about}
            onChange={(event) => setDescription(event.target.value)}
          />
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={shared}
            onChange={(event) => setShared(event.target.checked)}
            data-testid="save-shared"
          />
          {t('save.shared')}
        </label>
        {failed !== null && (
          <p className="notice bad" role="alert">
            {failed}
          </p>
        )}
        <button type="submit" className="button primary" disabled={idOf(name) === ''} data-testid="save-now">
          {t('save.save')}
        </button>
      </form>
    </Drawer>
  );
}
