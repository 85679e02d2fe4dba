/** Audio as telephones have it: G.711 A-law at 8 kHz, tones, and what of a tone is in a sound. */

export const SAMPLE_RATE = 8000;
/** Samples of a packet: 20 ms. */
export const FRAME_SAMPLES = 160;

const LOUDNESS = 8000;

/** One sample in A-law (ITU-T G.711). */
export function encodeSample(sample: number): number {
  // A-law has 13 bits: the sign, and a magnitude that counts in segments of doubling steps.
  const [mask, magnitude] = sample >= 0 ? [0xd5, sample >> 3] : [0x55, -(sample >> 3) - 1];
  const segment = Math.max(0, 27 - Math.clz32(Math.min(magnitude, 0xfff)));
  const step = (magnitude >> Math.max(segment, 1)) & 0x0f;
  return ((segment << 4) | step) ^ mask;
}

export function decodeSample(code: number): number {
  const plain = code ^ 0x55;
  const exponent = (plain >> 4) & 0x07;
  const mantissa = plain & 0x0f;
  const magnitude = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1);
  return (plain & 0x80) !== 0 ? magnitude : -magnitude;
}

/** A tone, from its beginning on. */
export function toneSample(hertz: number, at: number): number {
  return Math.round(LOUDNESS * Math.sin((2 * Math.PI * hertz * at) / SAMPLE_RATE));
}

/** Which part of a sound's energy lies at a frequency, from 0 to 1 (Goertzel); 0 for what is almost silent. */
export function shareOf(samples: readonly number[], hertz: number, sampleRate = SAMPLE_RATE): number {
  const energy = samples.reduce((sum, sample) => sum + sample * sample, 0);
  // Noise of codecs is no sound.
  if (energy / Math.max(samples.length, 1) < 40 * 40) return 0;
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / sampleRate);
  let [last, before] = [0, 0];
  for (const sample of samples) [last, before] = [sample + coefficient * last - before, last];
  const power = last * last + before * before - coefficient * last * before;
  return (2 * power) / (samples.length * energy);
}

/** How loud a sound is: the root of its mean square. */
export function loudness(samples: readonly number[]): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(samples.length, 1));
}

/** A WAV file of 16-bit samples, one channel. */
export function wavFile(samples: readonly number[], sampleRate = SAMPLE_RATE): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + 2 * samples.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(2 * sampleRate, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(2 * samples.length, 40);
  const body = Buffer.alloc(2 * samples.length);
  samples.forEach((sample, at) => body.writeInt16LE(sample, 2 * at));
  return Buffer.concat([header, body]);
}
