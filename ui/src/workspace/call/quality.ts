/** How good the network of a call is, from what the browser counts. */

export type Quality = 'good' | 'fair' | 'poor';

export interface NetworkQuality {
  quality: Quality;
  /** Share of the customer's packets that were lost since the last measurement, from 0 to 1. */
  loss: number;
  jitterMs: number;
  /** To the server and back; undefined as long as it is not known. */
  roundTripMs: number | undefined;
}

/** What has arrived until now. */
export interface PacketCount {
  received: number;
  lost: number;
}

/** The members of `RTCStats` that are used; all of them may be absent. */
interface StatsEntry {
  type?: string;
  kind?: string;
  packetsReceived?: number;
  packetsLost?: number;
  jitter?: number;
  state?: string;
  nominated?: boolean;
  currentRoundTripTime?: number;
}

/** From these on a call is `fair`: losses can be heard, and the way there takes 150 ms (ITU-T G.114). */
const FAIR = { loss: 0.01, jitterMs: 30, roundTripMs: 300 } as const;
/** From these on it is `poor`. */
const POOR = { loss: 0.05, jitterMs: 60, roundTripMs: 600 } as const;

export interface Measurement {
  count: PacketCount;
  /** Undefined as long as nothing has arrived. */
  network: NetworkQuality | undefined;
}

/** What `report` says of the time since `before`. */
export function measure(report: RTCStatsReport, before: PacketCount): Measurement {
  let inbound: StatsEntry = {};
  let pair: StatsEntry = {};
  report.forEach((entry: StatsEntry) => {
    if (entry.type === 'inbound-rtp' && entry.kind === 'audio') inbound = entry;
    if (entry.type === 'candidate-pair' && entry.state === 'succeeded' && entry.nominated === true) pair = entry;
  });
  const count = { received: inbound.packetsReceived ?? 0, lost: inbound.packetsLost ?? 0 };
  const received = count.received - before.received;
  // Duplicates and late packets make it fall.
  const lost = Math.max(0, count.lost - before.lost);
  if (count.received === 0 || received < 0) return { count, network: undefined };
  const measured = {
    loss: received + lost === 0 ? 0 : lost / (received + lost),
    jitterMs: Math.round((inbound.jitter ?? 0) * 1000),
    roundTripMs: pair.currentRoundTripTime === undefined ? undefined : Math.round(pair.currentRoundTripTime * 1000),
  };
  return { count, network: { ...measured, quality: gradeOf(measured) } };
}

function gradeOf(measured: Omit<NetworkQuality, 'quality'>): Quality {
  if (reaches(measured, POOR)) return 'poor';
  return reaches(measured, FAIR) ? 'fair' : 'good';
}

function reaches(measured: Omit<NetworkQuality, 'quality'>, limit: typeof FAIR | typeof POOR): boolean {
  return (
    measured.loss >= limit.loss ||
    measured.jitterMs >= limit.jitterMs ||
    (measured.roundTripMs ?? 0) >= limit.roundTripMs
  );
}
