/** What the widget says, in English and German. */

const english = {
  open: 'Open chat',
  close: 'Close chat',
  title: 'Chat with us',
  intro: 'Write to us: an answer comes right here.',
  name: 'Your name',
  start: 'Start chat',
  starting: 'Connecting …',
  startFailed: 'The chat could not be started. Try again.',
  startThrottled: 'Many people are writing to us right now. Try again in a moment.',
  messages: 'Messages',
  message: 'Message',
  placeholder: 'Write a message …',
  send: 'Send',
  attach: 'Attach a file',
  uploading: 'Uploading …',
  uploadFailed: 'This file was not accepted.',
  download: 'Download',
  checking: 'being checked',
  rejected: 'refused by the check',
  typing: 'is typing …',
  somebody: 'Somebody',
  assistant: 'Assistant',
  you: 'You',
  joined: '{name} joined',
  left: '{name} left the chat',
  ended: 'The chat has ended.',
  end: 'End chat',
  endQuestion: 'End this chat?',
  keep: 'Keep chatting',
  again: 'Start a new chat',
  offline: 'No connection. We keep trying; nothing is lost.',
  sending: 'Sending …',
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
  refused: 'Not sent',
  unread: '{count} new',
} as const;

export type Messages = Record<keyof typeof english, string>;

const german: Messages = {
  open: 'Chat öffnen',
  close: 'Chat schließen',
  title: 'Chatten Sie mit uns',
  intro: 'Schreiben Sie uns: Die Antwort kommt direkt hier.',
  name: 'Ihr Name',
  start: 'Chat beginnen',
  starting: 'Verbindung wird hergestellt …',
  startFailed: 'Der Chat konnte nicht begonnen werden. Versuchen Sie es erneut.',
  startThrottled: 'Gerade schreiben uns viele. Versuchen Sie es gleich erneut.',
  messages: 'Nachrichten',
  message: 'Nachricht',
  placeholder: 'Nachricht schreiben …',
  send: 'Senden',
  attach: 'Datei anhängen',
  uploading: 'Wird hochgeladen …',
  uploadFailed: 'Diese Datei wurde nicht angenommen.',
  download: 'Herunterladen',
  checking: 'wird geprüft',
  rejected: 'von der Prüfung abgelehnt',
  typing: 'schreibt …',
  somebody: 'Jemand',
  assistant: 'Assistent',
  you: 'Sie',
  joined: '{name} ist beigetreten',
  left: '{name} hat den Chat verlassen',
  ended: 'Der Chat ist beendet.',
  end: 'Chat beenden',
  endQuestion: 'Diesen Chat beenden?',
  keep: 'Weiter chatten',
  again: 'Neuen Chat beginnen',
  offline: 'Keine Verbindung. Wir versuchen es weiter; nichts geht verloren.',
  sending: 'Wird gesendet …',
  sent: 'Gesendet',
  delivered: 'Zugestellt',
  read: 'Gelesen',
  refused: 'Nicht gesendet',
  unread: '{count} neu',
};

export const MESSAGES = { en: english, de: german } as const;

/** The messages for the first of `tags` that there are some for; English otherwise. */
export function messagesFor(tags: readonly (string | undefined)[]): { language: 'en' | 'de'; messages: Messages } {
  const wanted = tags.map((tag) => tag?.slice(0, 2).toLowerCase()).find((tag) => tag === 'en' || tag === 'de');
  const language = wanted === 'de' ? 'de' : 'en';
  return { language, messages: MESSAGES[language] };
}
