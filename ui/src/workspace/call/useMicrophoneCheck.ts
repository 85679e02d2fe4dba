import { useEffect, useState } from 'react';
import type { CallDesk } from './call-desk.js';
import { useAudioChoice } from './CallDeskProvider.js';
import { LevelMeter, openMicrophone, stopStream } from './microphone.js';

const LEVEL_EVERY_MS = 100;

export interface MicrophoneCheck {
  /** What stands in the way: a code with a text of its own. */
  problem: string | undefined;
  /** From 0 (silence) to 1. */
  level: number;
  /** Microphones and loudspeakers; without names before the microphone is permitted. */
  devices: readonly MediaDeviceInfo[];
}

/** Listens to the chosen microphone for as long as it is shown. */
export function useMicrophoneCheck(desk: CallDesk): MicrophoneCheck {
  const [problem, setProblem] = useState<string>();
  const [level, setLevel] = useState(0);
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([]);
  const choice = useAudioChoice(desk);
  const { microphoneId } = choice;
  const { browser } = desk;

  useEffect(() => {
    let isShown = true;
    let stop = (): void => undefined;
    const list = (): void => {
      browser.mediaDevices?.enumerateDevices().then(
        (found) => {
          if (isShown) setDevices(found);
        },
        () => undefined,
      );
    };
    void openMicrophone(browser, { ...desk.choices.get(), microphoneId }).then((opened) => {
      if (!opened.ok) {
        if (isShown) setProblem(opened.problem);
        return;
      }
      if (!isShown) {
        stopStream(opened.stream);
        return;
      }
      setProblem(undefined);
      list();
      const meter = new LevelMeter(browser, opened.stream);
      const timer = window.setInterval(() => setLevel(meter.level()), LEVEL_EVERY_MS);
      stop = () => {
        window.clearInterval(timer);
        meter.close();
        stopStream(opened.stream);
      };
    });
    list();
    browser.mediaDevices?.addEventListener('devicechange', list);
    return () => {
      isShown = false;
      stop();
      browser.mediaDevices?.removeEventListener('devicechange', list);
    };
  }, [desk, browser, microphoneId]);

  return { problem, level, devices };
}
