/** Interactive messages: a question with choices (list picker, quick reply, panel). */

export const INTERACTIVE_TYPE = 'application/vnd.amazonaws.connect.message.interactive';
export const INTERACTIVE_RESPONSE_TYPE = 'application/vnd.amazonaws.connect.message.interactive.response';

export interface Choice {
  title: string;
  subtitle?: string;
}

export interface InteractiveMessage {
  templateType: string;
  title: string;
  subtitle?: string;
  choices: Choice[];
}

/** Most choices that are shown; Amazon Connect allows ten. */
export const CHOICES_MAX = 10;

/** The question in `text`; undefined where it is none of a kind with choices. */
export function parseInteractive(text: string): InteractiveMessage | undefined {
  const root = parseObject(text);
  const content = member(member(root, 'data'), 'content');
  const templateType = string(root, 'templateType');
  const title = string(content, 'title');
  const elements = content?.elements;
  if (templateType === undefined || title === undefined || !Array.isArray(elements)) return undefined;
  const choices = elements.slice(0, CHOICES_MAX).flatMap((element: unknown): Choice[] => {
    const choice = asObject(element);
    const choiceTitle = string(choice, 'title');
    return choiceTitle === undefined ? [] : [{ title: choiceTitle, ...optionalSubtitle(choice) }];
  });
  if (choices.length === 0) return undefined;
  return { templateType, title, ...optionalSubtitle(content), choices };
}

/** The action that a response names (the button of a view); undefined where it names none. */
export function parseInteractiveResponse(text: string): string | undefined {
  const root = parseObject(text);
  return string(root, 'action') ?? string(member(root, 'data'), 'action');
}

type Members = Record<string, unknown>;

function parseObject(text: string): Members | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Members | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined;
}

function member(object: Members | undefined, name: string): Members | undefined {
  return asObject(object?.[name]);
}

function string(object: Members | undefined, name: string): string | undefined {
  const value = object?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function optionalSubtitle(object: Members | undefined): { subtitle?: string } {
  const subtitle = string(object, 'subtitle');
  return subtitle === undefined ? {} : { subtitle };
}
