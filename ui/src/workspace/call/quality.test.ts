import { describe, expect, it } from 'vitest';
import { measure } from './quality.js';

const NONE = { received: 0, lost: 0 };

function report(arrived: object, pair: object = {}): RTCStatsReport {
  const entries = [
    { type: 'codec' },
    { type: 'candidate-pair', state: 'succeeded', nominated: false, currentRoundTripTime: 9 },
    { type: 'candidate-pair', state: 'succeeded', nominated: true, ...pair },
    { type: 'inbound-rtp', kind: 'audio', packetsReceived: 100, packetsLost: 0, jitter: 0, ...arrived },
  ];
  return new Map(entries.map((entry, index) => [String(index), entry]));
}

describe('the quality of the network', () => {
  it.each([
    ['good', {}, { currentRoundTripTime: 0.299 }],
    ['good', { packetsReceived: 991, packetsLost: 9, jitter: 0.029 }, {}],
    ['fair', { packetsReceived: 990, packetsLost: 10 }, {}],
    ['fair', { jitter: 0.03 }, {}],
    ['fair', {}, { currentRoundTripTime: 0.3 }],
    ['poor', { packetsReceived: 95, packetsLost: 5 }, {}],
    ['poor', { jitter: 0.06 }, {}],
    ['poor', {}, { currentRoundTripTime: 0.6 }],
  ])('is %s with %o and %o', (quality, arrived, pair) => {
    expect(measure(report(arrived, pair), NONE).network?.quality).toBe(quality);
  });

  it('counts what was lost since the last measurement alone', () => {
    const before = { received: 1_000, lost: 500 };
    const { network, count } = measure(report({ packetsReceived: 1_100, packetsLost: 500 }), before);
    expect(network).toMatchObject({ quality: 'good', loss: 0 });
    expect(count).toEqual({ received: 1_100, lost: 500 });
  });

  it('takes the time there and back from the path in use', () => {
    expect(measure(report({}, { currentRoundTripTime: 0.042 }), NONE).network?.roundTripMs).toBe(42);
    expect(measure(report({}), NONE).network?.roundTripMs).toBeUndefined();
  });

  it('is unknown before anything has arrived, and with another count from the start', () => {
    expect(measure(report({ packetsReceived: 0 }), NONE).network).toBeUndefined();
    expect(measure(report({}), { received: 5_000, lost: 0 }).network).toBeUndefined();
  });
});
