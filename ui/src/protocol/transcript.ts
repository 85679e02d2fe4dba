/** The items of one chat that the page holds: merged, in order, once each. */

import type { ReceiptFrame, TranscriptItem } from './frames.js';
import { questionBefore } from './interactive.js';

/** Items ascending by sequence, each sequence once. */
export type Transcript = readonly TranscriptItem[];

/** `held` with `arrived` put in; an item of a sequence that is held replaces it. */
export function mergeItems(held: Transcript, arrived: readonly TranscriptItem[]): Transcript {
  if (arrived.length === 0) return held;
  const bySequence = new Map(held.map((item) => [item.sequence, item]));
  for (const item of arrived) bySequence.set(item.sequence, item);
  return [...bySequence.values()].sort((a, b) => a.sequence - b.sequence);
}

/** The last sequence before the first gap; 0 where nothing is held. History is asked for after it. */
export function lastContiguousSequence(held: Transcript): number {
  let last = held[0]?.sequence ?? 0;
  for (const item of held) {
    if (item.sequence > last + 1) break;
    last = item.sequence;
  }
  return last;
}

/** The newest sequence held; 0 where nothing is. */
export function newestSequence(held: Transcript): number {
  return held.at(-1)?.sequence ?? 0;
}

/** The newest message or file of another participant than `own`. */
export function lastOfOthers(held: Transcript, own: string | undefined): TranscriptItem | undefined {
  return held.findLast((item) => item.kind !== 'event' && item.participantId !== own);
}

/** What the item at `index` answers; undefined where it is no answer. */
export function questionOf(held: Transcript, index: number): string | undefined {
  return questionBefore(held, index, ({ contentType, text }) => ({ contentType, text }));
}

export function hasGap(held: Transcript): boolean {
  return lastContiguousSequence(held) !== newestSequence(held);
}

/** Whether the chat began before the first item held. */
export function hasOlder(held: Transcript): boolean {
  const first = held[0];
  return first !== undefined && first.sequence > 1;
}

/** How far each other participant has got and read the chat. */
export interface Progress {
  delivered: number;
  read: number;
}

/** The furthest progress that the receipts inside of `items` tell of. */
export function progressOf(items: Transcript): Progress {
  const progress: Progress = { delivered: 0, read: 0 };
  for (const item of items) {
    for (const receipt of item.receipts ?? []) {
      if (receipt.readAt !== undefined) progress.read = Math.max(progress.read, item.sequence);
      if (receipt.deliveredAt !== undefined) progress.delivered = Math.max(progress.delivered, item.sequence);
    }
  }
  return withReadDelivered(progress);
}

export function advanceProgress(progress: Progress, frame: Pick<ReceiptFrame, 'receipt' | 'sequence'>): Progress {
  return withReadDelivered({
    ...progress,
    [frame.receipt]: Math.max(progress[frame.receipt], frame.sequence),
  });
}

export function furtherProgress(a: Progress, b: Progress): Progress {
  return { delivered: Math.max(a.delivered, b.delivered), read: Math.max(a.read, b.read) };
}

function withReadDelivered(progress: Progress): Progress {
  // What was read has arrived, whatever the order of the receipts.
  return { read: progress.read, delivered: Math.max(progress.delivered, progress.read) };
}
