/** Interactive messages: a question with choices (list picker, quick reply, panel), and their answers. */

import { asObject, list, member, parseObject, string, type Members } from './json.js';

export const INTERACTIVE_TYPE = 'application/vnd.amazonaws.connect.message.interactive';
export const INTERACTIVE_RESPONSE_TYPE = 'application/vnd.amazonaws.connect.message.interactive.response';
export const INTERACTIVE_VERSION = '1.0';

export interface Choice {
  title: string;
  subtitle?: string;
  /** What the program behind the question is told in place of the title, such as `SHOW_MORE`. */
  actionDetail?: string;
}

export interface InteractiveMessage {
  templateType: string;
  title: string;
  subtitle?: string;
  choices: Choice[];
  /** What a program needs to know its question again: then it wants an interactive response. */
  reference?: { referenceId: string; listId?: string; preIndex?: number; nextIndex?: number };
}

/** What a customer sends to answer. */
export interface Answer {
  contentType: string;
  text: string;
}

/** Most choices that are shown; Amazon Connect allows ten. */
export const CHOICES_MAX = 10;

/** The question in `text`; undefined where it is none of a kind with choices. */
export function parseInteractive(text: string): InteractiveMessage | undefined {
  const root = parseObject(text);
  const content = member(member(root, 'data'), 'content');
  const templateType = string(root, 'templateType');
  const title = string(content, 'title');
  if (templateType === undefined || title === undefined) return undefined;
  const choices = list(content, 'elements', CHOICES_MAX).flatMap((element): Choice[] => {
    const choice = asObject(element);
    const choiceTitle = string(choice, 'title');
    if (choiceTitle === undefined) return [];
    const actionDetail = string(choice, 'actionDetail');
    return [
      { title: choiceTitle, ...optionalSubtitle(choice), ...(actionDetail === undefined ? {} : { actionDetail }) },
    ];
  });
  if (choices.length === 0) return undefined;
  return { templateType, title, ...optionalSubtitle(content), choices, ...optionalReference(content) };
}

/** Amazon's chat interface sends the title, unless the question has a reference by which it is known again. */
export function answerTo({ templateType, reference }: InteractiveMessage, { title, actionDetail }: Choice): Answer {
  if (reference === undefined) return { contentType: 'text/plain', text: title };
  const action = actionDetail ?? title;
  return {
    contentType: INTERACTIVE_RESPONSE_TYPE,
    text: JSON.stringify({
      version: INTERACTIVE_VERSION,
      action,
      data: { actionName: action, templateType, ...reference },
    }),
  };
}

/** A message of a chat, whichever side reads it. */
export interface Message {
  contentType: string | undefined;
  text: string | undefined;
}

/** The newest question before the answer at `index`; undefined where that is no answer. */
export function questionBefore<T>(items: readonly T[], index: number, read: (item: T) => Message): string | undefined {
  const answer = items[index];
  if (answer === undefined || read(answer).contentType !== INTERACTIVE_RESPONSE_TYPE) return undefined;
  const question = items.slice(0, index).findLast((item) => read(item).contentType === INTERACTIVE_TYPE);
  return question === undefined ? undefined : read(question).text;
}

function optionalSubtitle(object: Members | undefined): { subtitle?: string } {
  const subtitle = string(object, 'subtitle');
  return subtitle === undefined ? {} : { subtitle };
}

function optionalReference(content: Members | undefined): Pick<InteractiveMessage, 'reference'> {
  const referenceId = string(content, 'referenceId');
  if (referenceId === undefined) return {};
  const listId = string(content, 'listId');
  return {
    reference: {
      referenceId,
      ...(listId === undefined ? {} : { listId }),
      ...optionalNumber(content, 'preIndex'),
      ...optionalNumber(content, 'nextIndex'),
    },
  };
}

function optionalNumber<K extends string>(content: Members | undefined, name: K): Partial<Record<K, number>> {
  const value = content?.[name];
  return typeof value === 'number' ? ({ [name]: value } as Record<K, number>) : {};
}
