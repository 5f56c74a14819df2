import { useResidentsGrid } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { setView, useView } from '../state.ts';
import { formatNumber } from '../text/format.ts';
import { LAYERS, type LayerName } from '../url-state.ts';
import { FULL_RESIDENTS } from './residents-scale.ts';

/** What a layer looks like, said only while it is drawn. */
function ResidentsKey() {
  const { t, lang } = useWords();
  const { data, isPending } = useResidentsGrid(true);
  const guessed = data?.wards.some((ward) => ward.grid_quality === 'low') ?? false;
  if (isPending) return <small className="layer-key">{t('state.loading')}</small>;
  return (
    <small className="layer-key">
      <span className="resident-dot" /> {t('layer.residents_full', { n: formatNumber(lang, FULL_RESIDENTS) })}
      {guessed && (
        <>
          <br />
          <span className="resident-dot guess" /> {t('layer.residents_guess')}
        </>
      )}
    </small>
  );
}

/** Which layers lie over the areas. */
export function LayerSwitches() {
  const { t } = useWords();
  const shown = useView((view) => view.layers);
  const swap = (layer: LayerName) =>
    setView({ layers: LAYERS.filter((one) => shown.includes(one) !== (one === layer)) });
  return (
    <fieldset className="layers">
      <legend className="hidden-text">{t('layer.label')}</legend>
      {LAYERS.map((layer) => (
        <label key={layer}>
          <input
            type="checkbox"
            checked={shown.includes(layer)}
            onChange={() => swap(layer)}
            data-testid={`layer-${layer}`}
          />
          <span className={layer === 'places' ? 'dot small' : 'resident-dot'} />
          {t(`layer.${layer}`)}
        </label>
      ))}
      {shown.includes('residents') && <ResidentsKey />}
    </fieldset>
  );
}
