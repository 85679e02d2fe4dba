import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Modal from '@cloudscape-design/components/modal';
import Select, { type SelectProps } from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import { errorText, useText } from '../../app/language.js';
import type { CallDesk } from './call-desk.js';
import { useAudioChoice } from './CallDeskProvider.js';
import { useMicrophoneCheck } from './useMicrophoneCheck.js';

/** What stands for the system's own choice of device. */
const SYSTEM = '';

/** Microphone, loudspeaker and ring: chosen and tried before anybody is on the line. */
export function AudioDialog({ desk, onClose }: { desk: CallDesk; onClose: () => void }) {
  const t = useText();
  const choice = useAudioChoice(desk);
  const { problem, level, devices } = useMicrophoneCheck(desk);
  const microphones = optionsOf('audioinput');
  const speakers = optionsOf('audiooutput');
  const canChooseSpeaker = 'setSinkId' in HTMLMediaElement.prototype;

  return (
    <Modal
      visible
      header={t('audio.title')}
      onDismiss={onClose}
      footer={
        <div className="rf-dialog-end">
          <Button variant="primary" onClick={onClose} data-testid="audio-done">
            {t('wrapUp.done')}
          </Button>
        </div>
      }
      data-testid="audio-dialog"
    >
      <SpaceBetween size="l">
        {problem !== undefined && (
          <Alert type="error" data-testid="microphone-problem">
            {errorText(t, problem)}
          </Alert>
        )}
        <FormField label={t('audio.microphone')} description={t('audio.microphoneHint')}>
          <Select
            selectedOption={chosen(microphones, choice.microphoneId)}
            options={microphones}
            onChange={({ detail }) => desk.choices.set({ microphoneId: idOf(detail.selectedOption) })}
            data-testid="microphone"
          />
          <meter
            className="rf-level"
            min={0}
            max={1}
            value={level}
            aria-label={t('audio.level')}
            data-testid="microphone-level"
          />
        </FormField>
        <FormField
          label={t('audio.speaker')}
          description={t(canChooseSpeaker ? 'audio.speakerHint' : 'audio.speakerOfSystem')}
          secondaryControl={
            <Button onClick={() => desk.tryLoudspeaker()} iconName="audio-full" data-testid="try-speaker">
              {t('audio.trySpeaker')}
            </Button>
          }
        >
          <Select
            selectedOption={chosen(speakers, choice.speakerId)}
            options={speakers}
            disabled={!canChooseSpeaker}
            onChange={({ detail }) => desk.choices.set({ speakerId: idOf(detail.selectedOption) })}
            data-testid="speaker"
          />
        </FormField>
        <Toggle
          checked={choice.isRingOn}
          onChange={({ detail }) => desk.choices.set({ isRingOn: detail.checked })}
          data-testid="ring-toggle"
        >
          {t('audio.ring')}
        </Toggle>
      </SpaceBetween>
    </Modal>
  );

  function optionsOf(kind: MediaDeviceKind): SelectProps.Option[] {
    // Chromium lists the system's choice as a device of its own.
    const found = devices.filter((device) => device.kind === kind && !['', 'default'].includes(device.deviceId));
    const named = found.map(({ deviceId, label }, index) => ({
      value: deviceId,
      label: label === '' ? t('audio.unnamed', { number: index + 1 }) : label,
    }));
    return [{ value: SYSTEM, label: t('audio.system') }, ...named];
  }
}

function idOf({ value }: SelectProps.Option): string | undefined {
  return value === SYSTEM ? undefined : value;
}

function chosen(options: readonly SelectProps.Option[], id: string | undefined): SelectProps.Option | null {
  return options.find(({ value }) => value === (id ?? SYSTEM)) ?? options[0] ?? null;
}
