import { useText } from '../../app/language.js';
import type { NetworkQuality } from './quality.js';

/** The network in a word, three bars and its figures. */
export function NetworkDisplay({ network }: { network: NetworkQuality }) {
  const t = useText();
  const { quality, loss, jitterMs, roundTripMs } = network;
  const figures = { loss: Math.round(loss * 1000) / 10, jitter: jitterMs };
  return (
    <p className="rf-network" data-testid="network-quality" data-quality={quality}>
      <span className="rf-network-bars" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span>
        {t('call.network')} <strong>{t(`call.quality.${quality}`)}</strong>
      </span>
      <span className="rf-quiet">
        {roundTripMs === undefined
          ? t('call.figures', figures)
          : t('call.figuresWithRoundTrip', { ...figures, roundTrip: roundTripMs })}
      </span>
    </p>
  );
}
