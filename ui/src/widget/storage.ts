/** What lets a chat go on after the page was loaded again, in the same tab. */

export interface OutgoingMessage {
  clientToken: string;
  contentType: string;
  text: string;
  at: number;
  /** The server refused it for good. */
  isRefused?: boolean;
  /** It has come back as an item before the answer to its sending: shown as that. */
  isEchoed?: boolean;
}

export interface StoredChat {
  contactId: string;
  participantId: string;
  participantToken: string;
  displayName: string;
  outgoing: OutgoingMessage[];
}

export type TextStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class ChatStorage {
  readonly #key: string;

  constructor(
    private readonly storage: TextStorage | undefined,
    contactFlowId: string,
  ) {
    this.#key = `ringfence.chat.${contactFlowId}`;
  }

  load(): StoredChat | undefined {
    try {
      const text = this.storage?.getItem(this.#key);
      if (text === null || text === undefined) return undefined;
      const chat = JSON.parse(text) as StoredChat;
      return typeof chat.participantToken === 'string' && Array.isArray(chat.outgoing) ? chat : undefined;
    } catch {
      return undefined;
    }
  }

  save(chat: StoredChat): void {
    try {
      this.storage?.setItem(this.#key, JSON.stringify(chat));
    } catch {
      // Full or switched off: the chat lives as long as the page.
    }
  }

  clear(): void {
    try {
      this.storage?.removeItem(this.#key);
    } catch {
      // Switched off: nothing was kept.
    }
  }
}
