import './NotYet.css';
import type { Progress } from '../../../../server/contract/campaign.ts';
import { useWords } from '../../i18n/index.ts';
import { formatNumber } from '../../text/format.ts';
import { useAreaBook } from '../model/areas.ts';
import { telHref } from '../model/telephone.ts';

/** Wards that have not taken part yet, with who answers for them and how to reach them. */
export function NotYet({ wards }: { wards: Progress['wards'] }) {
  const { t, lang } = useWords();
  const { nameOf, parent_by_ward } = useAreaBook();
  const said = t('leader.not_yet.said', {
    n: formatNumber(lang, wards.not_yet.length),
    total: formatNumber(lang, wards.total),
  });
  return (
    <>
      <p data-testid="not-yet-said">{wards.not_yet.length === 0 ? t('leader.not_yet.none') : said}</p>
      {wards.not_yet.length > 0 && (
        <ul
          className="not-yet"
          data-testid="not-yet"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
          tabIndex={0}
          aria-label={said}
        >
          {wards.not_yet.map(({ code, contact }) => {
            const parent = parent_by_ward.get(code);
            return (
              <li key={code} data-code={code}>
                <span>
                  {nameOf(code)} {parent && <small>{nameOf(parent)}</small>}
                </span>
                {contact ? (
                  <span>
                    {contact.name}{' '}
                    {contact.telephone !== '' && <a href={telHref(contact.telephone)}>{contact.telephone}</a>}
                  </span>
                ) : (
                  <small>{t('leader.not_yet.no_contact')}</small>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </>
  );
}
