import { describe, expect, it } from 'vitest';
import { outline, stretchesOf } from './waveform.js';

describe('a recording drawn', () => {
  it('rises with its peaks, and silence is a line', () => {
    expect(outline([0, 255], 10, 20)).toBe('M2.5 19.6V20.4M7.5 0V40');
    expect(outline([], 10, 20)).toBe('');
  });

  it('has its pauses from beginning to end, also the one that never ended', () => {
    const marks = [
      { atMs: 1000, kind: 'PAUSED' },
      { atMs: 1500, kind: 'PAUSED' },
      { atMs: 3000, kind: 'RESUMED' },
      { atMs: 4000, kind: 'GAP' },
      { atMs: 5000, kind: 'PAUSED' },
    ] as const;
    expect(stretchesOf(marks, 9000)).toEqual([
      { kind: 'paused', fromMs: 1000, toMs: 3000 },
      { kind: 'gap', fromMs: 4000, toMs: 4000 },
      { kind: 'paused', fromMs: 5000, toMs: 9000 },
    ]);
  });

  it('takes no end of a pause that never began', () => {
    expect(stretchesOf([{ atMs: 10, kind: 'RESUMED' }], 100)).toEqual([]);
  });
});
