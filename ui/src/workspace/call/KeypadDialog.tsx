import Modal from '@cloudscape-design/components/modal';
import { useCallback, useEffect, useState } from 'react';
import { useText } from '../../app/language.js';
import { TONES, type CallConnection, type Tone } from './call-connection.js';

const LETTERS: Partial<Record<Tone, string>> = {
  2: 'ABC',
  3: 'DEF',
  4: 'GHI',
  5: 'JKL',
  6: 'MNO',
  7: 'PQRS',
  8: 'TUV',
  9: 'WXYZ',
};
/** Of what was sent, so much is shown. */
const SHOWN_MAX = 24;

/** A telephone's keys, by pointer and by keyboard. */
export function KeypadDialog({ call, onClose }: { call: CallConnection; onClose: () => void }) {
  const t = useText();
  const [sent, setSent] = useState('');
  const [isRefused, setRefused] = useState(false);

  const send = useCallback(
    (tone: Tone): void => {
      const isSent = call.sendTone(tone);
      setRefused(!isSent);
      if (isSent) setSent((before) => (before + tone).slice(-SHOWN_MAX));
    },
    [call],
  );
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const tone = TONES.find((candidate) => candidate === event.key);
      if (tone === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      send(tone);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [send]);

  return (
    <Modal visible size="small" header={t('call.keypad')} onDismiss={onClose} data-testid="keypad-dialog">
      <p className="rf-keypad-sent" role="status" data-testid="keypad-sent">
        {isRefused ? t('call.keyRefused') : sent}
      </p>
      <div className="rf-keypad">
        {TONES.map((tone) => (
          <button
            key={tone}
            type="button"
            aria-label={t('call.key', { key: toneName(tone) })}
            onClick={() => send(tone)}
            data-testid="key"
            data-tone={tone}
          >
            <span>{tone}</span>
            <small aria-hidden="true">{LETTERS[tone]}</small>
          </button>
        ))}
      </div>
    </Modal>
  );

  function toneName(tone: Tone): string {
    if (tone === '*') return t('call.star');
    return tone === '#' ? t('call.hash') : tone;
  }
}
