/** What a call needs of the browser, in the browser's own types, so that tests can stand in for it. */

export interface CallBrowser {
  /** Absent outside of secure contexts. */
  readonly mediaDevices: MediaDevices | undefined;
  openPeer(): RTCPeerConnection;
  /** What the browser can receive, in its own order of preference. */
  audioCodecs(): readonly RTCRtpCodec[];
  openSpeaker(): HTMLAudioElement;
  /** Absent while the browser would keep it silent: nobody has touched the page yet. */
  openAudioContext(): AudioContext | undefined;
  /**
   * Waits until no other page of this browser holds the media of this call. `onWait` hears that one does.
   * What it gives back lets go; undefined once `signal` was aborted.
   */
  claimCall(contactId: string, signal: AbortSignal, onWait: () => void): Promise<(() => void) | undefined>;
  /** Calls `listener` whenever the machine is on a network again, until the returned function is called. */
  onOnline(listener: () => void): () => void;
}

export const callBrowser: CallBrowser = {
  get mediaDevices() {
    return 'mediaDevices' in navigator && 'RTCPeerConnection' in window ? navigator.mediaDevices : undefined;
  },
  openPeer: () => new RTCPeerConnection({ bundlePolicy: 'max-bundle' }),
  audioCodecs: () => RTCRtpReceiver.getCapabilities('audio')?.codecs ?? [],
  openSpeaker: () => new Audio(),
  openAudioContext: () =>
    'AudioContext' in window && navigator.userActivation.hasBeenActive ? new AudioContext() : undefined,
  claimCall,
  onOnline: (listener) => {
    window.addEventListener('online', listener);
    return () => window.removeEventListener('online', listener);
  },
};

/** Sends sound to the loudspeaker chosen, where the browser can; to the system's where that one is not there any more. */
export function playOn(output: object, speakerId: string | undefined): void {
  const { setSinkId } = output as { setSinkId?: (id: string) => Promise<void> };
  void setSinkId?.call(output, speakerId ?? '').catch(() => undefined);
}

async function claimCall(
  contactId: string,
  signal: AbortSignal,
  onWait: () => void,
): Promise<(() => void) | undefined> {
  const name = `ringfence.call.${contactId}`;
  const release = await new Promise<(() => void) | undefined>((claimed) => {
    void navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock === null) {
        claimed(undefined);
        return undefined;
      }
      return new Promise<void>((letGo) => claimed(letGo));
    });
  });
  if (release !== undefined || signal.aborted) return release;
  onWait();
  return new Promise((claimed) => {
    navigator.locks
      .request(name, { signal }, () => new Promise<void>((letGo) => claimed(letGo)))
      // Aborted: nobody waits for it any more.
      .catch(() => claimed(undefined));
  });
}
