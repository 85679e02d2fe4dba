import Button from '@cloudscape-design/components/button';
import { useState } from 'react';
import { useText } from '../../app/language.js';
import { AudioDialog } from './AudioDialog.js';
import type { CallDesk } from './call-desk.js';
import { useAudioChoice } from './CallDeskProvider.js';

/** Opens the check of microphone and loudspeaker. */
export function AudioButton({ desk }: { desk: CallDesk }) {
  const t = useText();
  const { isRingOn } = useAudioChoice(desk);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="normal"
        iconName={isRingOn ? 'audio-full' : 'audio-off'}
        ariaLabel={t(isRingOn ? 'audio.open' : 'audio.openSilent')}
        onClick={() => setOpen(true)}
        data-testid="audio-settings"
      />
      {isOpen && <AudioDialog desk={desk} onClose={() => setOpen(false)} />}
    </>
  );
}
