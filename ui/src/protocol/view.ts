/** Views: what a flow's ShowView block shows to a customer, in the form of Amazon Connect's `form` view. */

import { INTERACTIVE_RESPONSE_TYPE, INTERACTIVE_VERSION, type Answer } from './interactive.js';
import { asObject, list, member, parseObject, string, type Members } from './json.js';

const TEMPLATE = 'ViewResource';

export const ACTIONS_MAX = 20;
export const SECTIONS_MAX = 20;
export const FIELDS_MAX = 50;
export const OPTIONS_MAX = 100;
/** Longest name of an action, a field or an option: what is longer is left out, for it cannot be cut. */
export const NAME_CHARACTERS_MAX = 200;
/** Longer texts are cut. */
export const TEXT_CHARACTERS_MAX = 2_000;
/** Longest entry in one field. */
export const ENTRY_CHARACTERS_MAX = 4_000;
/** Longest answer that the server takes. */
export const ANSWER_CHARACTERS_MAX = 12_000;
/** Deepest nesting of layouts within a section. */
const DEPTH_MAX = 6;
/** Most things that are looked at within one list. */
const ITEMS_MAX = 200;

export interface View {
  heading?: string;
  subheading?: string;
  text?: string;
  sections: ViewSection[];
  actions: ViewAction[];
}

export interface ViewSection {
  heading?: string;
  fields: ViewField[];
}

/** A way on that the flow has. */
export interface ViewAction {
  name: string;
  /** What the view's data calls it. */
  label?: string;
  /** Whether it leaves the form as it is: nothing is asked for and nothing sent. */
  isWayOut: boolean;
}

export type TextFieldType = 'text' | 'number' | 'email' | 'password' | 'tel' | 'url' | 'date' | 'time';

export type ViewField = { name: string; label: string; isRequired: boolean; hint?: string } & (
  | { kind: 'text'; type: TextFieldType; initial: string }
  | { kind: 'long-text'; initial: string }
  | { kind: 'one-of'; look: 'menu' | 'buttons'; options: ViewOption[]; initial: string }
  | { kind: 'some-of'; options: ViewOption[]; initial: string[] }
  | { kind: 'flag'; initial: boolean }
);

export interface ViewOption {
  label: string;
  value: string;
}

export type Entry = string | boolean | string[];
export type Entries = ReadonlyMap<string, Entry>;

/** An answer as people read it. */
export interface ReadableAnswer {
  /** The button that was pressed; absent where the answer names none. */
  action?: { name: string; label?: string };
  entries: { label: string; value: Entry }[];
}

const TEXT_FIELD_TYPES: ReadonlySet<string> = new Set(['text', 'number', 'email', 'password', 'tel', 'url']);
const WAYS_OUT: ReadonlySet<string> = new Set(['Back', 'Cancel', 'Previous']);

/** The view in `text`; undefined where it is none. What is not known is left out. */
export function parseView(text: string): View | undefined {
  const root = parseObject(text);
  if (string(root, 'templateType') !== TEMPLATE) return undefined;
  const data = member(root, 'data');
  const content = member(data, 'content');
  const budget = { fields: FIELDS_MAX };
  const sections = list(content, 'Sections', SECTIONS_MAX).flatMap((value): ViewSection[] => {
    const section = asObject(value);
    const fields = fieldsWithin(list(section, 'Items', ITEMS_MAX), DEPTH_MAX, budget);
    const heading = optional('heading', words(section, 'Heading'));
    return fields.length === 0 ? [] : [{ ...heading, fields }];
  });
  return {
    ...optional('heading', words(content, 'Heading') ?? words(content, 'Title')),
    ...optional('subheading', words(content, 'SubHeading')),
    ...optional('text', words(content, 'Text') ?? words(content, 'Description')),
    sections,
    actions: actionsOf(data, content),
  };
}

/** What is sent when `action` is pressed; undefined where it is longer than the server takes. */
export function answerToView(action: ViewAction, entries: Entries): Answer | undefined {
  const data = action.isWayOut || entries.size === 0 ? {} : { FormData: Object.fromEntries(entries) };
  const text = JSON.stringify({ templateType: TEMPLATE, version: INTERACTIVE_VERSION, action: action.name, data });
  return text.length > ANSWER_CHARACTERS_MAX ? undefined : { contentType: INTERACTIVE_RESPONSE_TYPE, text };
}

/** The answer in `text` in the words of its `question`, where that is known. */
export function readAnswer(text: string, question: string | undefined): ReadableAnswer {
  const root = parseObject(text);
  const data = member(root, 'data');
  const view = question === undefined ? undefined : parseView(question);
  const fields = new Map(view?.sections.flatMap((section) => section.fields).map((field) => [field.name, field]));
  const name = string(root, 'action') ?? string(data, 'action');
  const label = view?.actions.find((action) => action.name === name)?.label;
  const entries = Object.entries(member(data, 'FormData') ?? {}).slice(0, FIELDS_MAX);
  return {
    ...(name === undefined ? {} : { action: { name: cut(name), ...optional('label', label) } }),
    entries: entries.flatMap(([entryName, entry]) => {
      const field = fields.get(entryName);
      const value = readEntry(entry, field);
      return value === undefined ? [] : [{ label: field?.label ?? cut(entryName), value }];
    }),
  };
}

function actionsOf(data: Members | undefined, content: Members | undefined): ViewAction[] {
  const names = list(data, 'actions', ACTIONS_MAX).filter(isName);
  // A block without conditions waits all the same: any action leads on.
  const distinct = names.length === 0 ? ['Next'] : [...new Set(names)];
  const labelOf = (name: string) => words(member(content, name), 'Label') ?? words(content, name);
  const actions = distinct.map((name) => {
    // The form's button for going on is called Next, the action that it has Submit.
    const label = labelOf(name) ?? (name === 'Submit' && !distinct.includes('Next') ? labelOf('Next') : undefined);
    return { name, ...optional('label', label), isWayOut: WAYS_OUT.has(name) };
  });
  // The first one is what the Enter key presses.
  return actions.sort((a, b) => Number(a.isWayOut) - Number(b.isWayOut));
}

function fieldsWithin(items: readonly unknown[], depth: number, budget: { fields: number }): ViewField[] {
  if (depth === 0) return [];
  return items.flatMap((value): ViewField[] => {
    const item = asObject(value);
    const nested = list(item, 'Items', ITEMS_MAX);
    if (nested.length > 0) return fieldsWithin(nested, depth - 1, budget);
    const field = fieldOf(item);
    if (field === undefined || budget.fields === 0) return [];
    budget.fields -= 1;
    return [field];
  });
}

function fieldOf(item: Members | undefined): ViewField | undefined {
  const name = string(item, 'Name');
  if (item === undefined || name === undefined || !isName(name)) return undefined;
  const common = {
    name,
    label: words(item, 'Label') ?? words(item, 'CheckboxText') ?? name,
    isRequired: item.Required === true,
    ...optional('hint', words(item, 'HelperText')),
  };
  const initial = words(item, 'DefaultValue') ?? '';
  const options = optionsOf(item);
  switch (string(item, 'Type')) {
    case 'FormInput':
      return { ...common, kind: 'text', type: textFieldType(string(item, 'InputType')), initial };
    case 'TextArea':
      return { ...common, kind: 'long-text', initial };
    case 'DatePicker':
      return { ...common, kind: 'text', type: 'date', initial };
    case 'TimeInput':
      return { ...common, kind: 'text', type: 'time', initial };
    case 'Dropdown':
      if (options.length === 0) return undefined;
      return item.MultiSelect === true
        ? { ...common, kind: 'some-of', options, initial: initials(item) }
        : { ...common, kind: 'one-of', look: 'menu', options, initial: initials(item)[0] ?? '' };
    case 'RadioGroup':
      if (options.length === 0) return undefined;
      return { ...common, kind: 'one-of', look: 'buttons', options, initial: initials(item)[0] ?? '' };
    case 'Checkbox':
      return options.length > 0
        ? { ...common, kind: 'some-of', options, initial: initials(item) }
        : { ...common, kind: 'flag', initial: item.DefaultValue === true };
    default:
      return undefined;
  }
}

function textFieldType(inputType: string | undefined): TextFieldType {
  return inputType !== undefined && TEXT_FIELD_TYPES.has(inputType) ? (inputType as TextFieldType) : 'text';
}

function optionsOf(item: Members): ViewOption[] {
  return list(item, 'Options', OPTIONS_MAX).flatMap((element): ViewOption[] => {
    if (isName(element)) return [{ label: element, value: element }];
    const option = asObject(element);
    const value = option?.Value;
    return isName(value) ? [{ label: words(option, 'Label') ?? value, value }] : [];
  });
}

/** Default values are one text or a list of them. */
function initials(item: Members): string[] {
  const { DefaultValue: value } = item;
  return typeof value === 'string' ? [value] : list(item, 'DefaultValue', OPTIONS_MAX).filter(isName);
}

function readEntry(entry: unknown, field: ViewField | undefined): Entry | undefined {
  const options = field !== undefined && 'options' in field ? field.options : [];
  const read = (value: unknown): string | undefined => {
    if (typeof value !== 'string' && typeof value !== 'number') return undefined;
    const found = options.find((option) => option.value === value);
    return found?.label ?? cut(String(value), ENTRY_CHARACTERS_MAX);
  };
  if (typeof entry === 'boolean') return entry;
  if (Array.isArray(entry)) {
    return entry.slice(0, OPTIONS_MAX).flatMap((value: unknown) => read(value) ?? []);
  }
  return read(entry);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= NAME_CHARACTERS_MAX;
}

function words(object: Members | undefined, name: string): string | undefined {
  const text = string(object, name);
  return text === undefined ? undefined : cut(text);
}

function cut(text: string, max = TEXT_CHARACTERS_MAX): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

function optional<K extends string>(name: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, string>);
}
