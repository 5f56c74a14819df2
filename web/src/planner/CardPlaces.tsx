import { useSources } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { standing } from '../map/layers/place.ts';

const MOST = 5;

/** Registered places of learning in a ward. */
export function CardPlaces({ ward }: { ward: string }) {
  const { t } = useWords();
  const { data } = useSources();
  if (!data) return null;
  const here = standing(data.sources).filter((place) => place.ward === ward);
  return (
    <section className="card-places">
      <h3>{t('card.places')}</h3>
      {here.length === 0 && <p className="card-note">{t('card.no_places')}</p>}
      <ul>
        {here.slice(0, MOST).map((place) => (
          <li key={place.source_id}>
            {place.name}
            {place.hours && <small>{place.hours}</small>}
          </li>
        ))}
      </ul>
      {here.length > MOST && <p className="card-note">{t('card.more_places', { n: here.length - MOST })}</p>}
    </section>
  );
}
