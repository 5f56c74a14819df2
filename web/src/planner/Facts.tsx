import type { ReactNode } from 'react';
import { useWords } from '../i18n/index.ts';
import type { MethodId } from '../method/ids.ts';
import { MethodLink } from '../method/MethodLink.tsx';

/** A figure with its name, the city's for comparison, and the way to its definition. */
export type Fact = { name: string; value: ReactNode; city?: string; method: MethodId };

/** Figures in a list, one a line. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  const { t } = useWords();
  return (
    <dl className="facts">
      {facts.map(({ name, value, city, method }) => (
        <div key={name}>
          <dt>
            {name} <MethodLink id={method} what={name} />
          </dt>
          <dd>
            {value}
            {city !== undefined && <small>{t('ward.of_city', { value: city })}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
