import { useEffect } from 'react';
import type { ContactView } from '../protocol/frames.js';

const CHIME_EVERY_MS = 3_000;
const NOTES_HZ = [660, 880] as const;
const NOTE_SECONDS = 0.18;

/** A soft chime, made on this page, for as long as a contact waits to be accepted. Calls ring by themselves. */
export function useOfferSignal(offers: readonly ContactView[], isOn: boolean): void {
  const isOffered = isOn && offers.some(({ channel }) => channel !== 'VOICE');
  useEffect(() => {
    if (!isOffered) return undefined;
    chime();
    const timer = window.setInterval(chime, CHIME_EVERY_MS);
    return () => window.clearInterval(timer);
  }, [isOffered]);
}

let context: AudioContext | undefined;

function chime(): void {
  // Without a gesture on the page yet, browsers keep silent: the offer is shown all the same.
  if (!('AudioContext' in window) || !navigator.userActivation.hasBeenActive) return;
  context ??= new AudioContext();
  const start = context.currentTime;
  NOTES_HZ.forEach((frequency, index) => {
    if (context === undefined) return;
    const from = start + index * NOTE_SECONDS;
    const oscillator = new OscillatorNode(context, { frequency, type: 'sine' });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(0.12, from + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, from + NOTE_SECONDS);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(from);
    oscillator.stop(from + NOTE_SECONDS);
  });
}
