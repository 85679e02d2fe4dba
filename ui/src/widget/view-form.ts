/** The form of a view: its fields and a button for each way on. */

import {
  ENTRY_CHARACTERS_MAX,
  type Entries,
  type Entry,
  type View,
  type ViewAction,
  type ViewField,
  type ViewOption,
  type ViewSection,
} from '../protocol/view.js';
import { element } from './dom.js';
import type { Messages } from './messages.js';

/** Sends an answer; false where it is too long to be sent. */
export type AnswerView = (action: ViewAction, entries: Entries) => boolean;

interface DrawnField {
  node: HTMLElement;
  entry: () => Entry;
}

export function drawViewForm(view: View, label: string, text: Messages, answer: AnswerView): HTMLFormElement {
  const entries = new Map<string, () => Entry>();
  const error = element('p', { class: 'error', role: 'alert', 'data-testid': 'chat-view-error' });
  const form = element(
    'form',
    { class: 'view', 'aria-label': label, 'data-testid': 'chat-view' },
    ...view.sections.map((section) => drawSection(section, text, entries)),
    error,
  );
  for (const [index, action] of view.actions.entries()) {
    const button = element(
      'button',
      {
        class: index === 0 ? 'primary' : 'plain',
        formnovalidate: action.isWayOut,
        'data-testid': 'chat-view-action',
        'data-action': action.name,
      },
      actionLabel(action, text),
    );
    button.addEventListener('click', (event) => {
      event.preventDefault();
      if (!action.isWayOut && !form.reportValidity()) return;
      const isSent = answer(action, new Map([...entries].map(([name, entry]) => [name, entry()])));
      error.textContent = isSent ? '' : text.viewTooLong;
    });
    form.append(button);
  }
  return form;
}

/** The flow's author names buttons in the view's data; common ones have a name here. */
export function actionLabel({ name, label }: { name: string; label?: string }, text: Messages): string {
  const known: Record<string, string> = {
    Back: text.actionBack,
    Cancel: text.actionCancel,
    Edit: text.actionEdit,
    Next: text.actionNext,
    Previous: text.actionBack,
    Submit: text.actionSubmit,
  };
  return label ?? (Object.hasOwn(known, name) ? known[name] : undefined) ?? name;
}

function drawSection(section: ViewSection, text: Messages, entries: Map<string, () => Entry>): HTMLElement {
  const fields = section.fields.map((field) => {
    const { node, entry } = drawField(field, text);
    entries.set(field.name, entry);
    return node;
  });
  return section.heading === undefined
    ? element('div', { class: 'section' }, ...fields)
    : element('fieldset', { class: 'section' }, element('legend', {}, section.heading), ...fields);
}

function drawField(field: ViewField, text: Messages): DrawnField {
  switch (field.kind) {
    case 'text': {
      const input = element('input', {
        type: field.type, required: field.isRequired, maxlength: String(ENTRY_CHARACTERS_MAX),
        value: field.initial, ...common(field),
      });
      return { node: labelled(field, input), entry: () => input.value };
    }
    case 'long-text': {
      const area = element('textarea', {
        rows: '3', required: field.isRequired, maxlength: String(ENTRY_CHARACTERS_MAX), ...common(field),
      });
      area.value = field.initial;
      return { node: labelled(field, area), entry: () => area.value };
    }
    case 'one-of':
      return field.look === 'menu' ? drawMenu(field, text) : drawRadioButtons(field);
    case 'some-of': {
      const boxes = field.options.map((option) => drawBox(option, field.initial.includes(option.value), field));
      const chosen = () => boxes.filter(({ box }) => box.checked).map(({ value }) => value);
      return { node: group(field, boxes.map(({ node }) => node)), entry: chosen };
    }
    case 'flag': {
      const { node, box } = drawBox({ label: field.label, value: '' }, field.initial, field);
      box.required = field.isRequired;
      return { node, entry: () => box.checked };
    }
  }
}

function drawMenu(field: ViewField & { kind: 'one-of' }, text: Messages): DrawnField {
  const select = element('select', { required: field.isRequired, ...common(field) });
  for (const { label, value } of [{ label: text.choose, value: '' }, ...field.options]) {
    const option = element('option', { value }, label);
    option.selected = value === field.initial;
    select.append(option);
  }
  return { node: labelled(field, select), entry: () => select.value };
}

function drawRadioButtons(field: ViewField & { kind: 'one-of' }): DrawnField {
  const buttons = field.options.map(({ label, value }) => {
    const input = element('input', { type: 'radio', required: field.isRequired, ...common(field), value });
    input.checked = value === field.initial;
    return { input, value, node: element('label', { class: 'option' }, input, label) };
  });
  return {
    node: group(field, buttons.map(({ node }) => node)),
    entry: () => buttons.find(({ input }) => input.checked)?.value ?? '',
  };
}

function drawBox({ label, value }: ViewOption, isChecked: boolean, field: ViewField) {
  const box = element('input', { type: 'checkbox', ...common(field) });
  box.checked = isChecked;
  return { box, value, node: element('label', { class: 'option' }, box, label) };
}

/** Browsers fill in nothing of what they remember: the page is the customer's, the names are the flow's. */
function common(field: ViewField): Record<string, string> {
  return { name: field.name, autocomplete: 'off', 'data-testid': 'chat-view-field', 'data-name': field.name };
}

function labelled(field: ViewField, control: HTMLElement): HTMLElement {
  return element('label', { class: 'field' }, ...caption(field), control);
}

function group(field: ViewField, options: readonly HTMLElement[]): HTMLElement {
  return element('fieldset', { class: 'field' }, element('legend', {}, ...caption(field)), ...options);
}

function caption(field: ViewField): HTMLElement[] {
  const name = element('span', {}, field.label);
  // Assistive technology knows it from the control itself.
  if (field.isRequired) name.append(element('span', { 'aria-hidden': 'true' }, ' *'));
  return field.hint === undefined ? [name] : [name, element('small', {}, field.hint)];
}
