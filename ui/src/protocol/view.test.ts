import { describe, expect, it } from 'vitest';
import { INTERACTIVE_RESPONSE_TYPE } from './interactive.js';
import {
  ACTIONS_MAX,
  ANSWER_CHARACTERS_MAX,
  answerToView,
  FIELDS_MAX,
  NAME_CHARACTERS_MAX,
  OPTIONS_MAX,
  parseView,
  readAnswer,
  SECTIONS_MAX,
  TEXT_CHARACTERS_MAX,
  type Entry,
} from './view.js';

const message = (content: unknown, actions: unknown = ['Submit']): string =>
  JSON.stringify({ templateType: 'ViewResource', version: '1.0', data: { view: 'form:1', content, actions } });
const input = (name: string) => ({ Type: 'FormInput', Label: name, Name: name });
/** Amazon Connect lays fields out in rows within a section. */
const inRows = (...items: unknown[]) => ({ Sections: [{ Type: 'FormSection', Items: [{ LayoutConfiguration: {}, Items: items }] }] });
const fieldsOf = (text: string) => parseView(text)?.sections.flatMap((section) => section.fields) ?? [];

const CAR = {
  Heading: 'Modify Reservation',
  SubHeading: 'Cadillac XT5',
  Next: { Label: 'Confirm Reservation', Details: { endpoint: 'elsewhere' } },
  Cancel: { Label: 'Cancel' },
  Sections: [
    {
      Type: 'FormSection',
      Heading: 'Pickup',
      Items: [
        { Items: [{ Type: 'FormInput', InputType: 'email', Label: 'Mail', Name: 'mail', Required: true, HelperText: 'Yours' }] },
        {
          Items: [
            { Type: 'DatePicker', Label: 'Day', Name: 'day', DefaultValue: '2026-10-10' },
            { Type: 'TimeInput', Label: 'Time', Name: 'time' },
          ],
        },
      ],
    },
    {
      Type: 'FormSection',
      Items: [
        { Type: 'TextArea', Label: 'Wishes', Name: 'wishes' },
        { Type: 'Dropdown', Label: 'Size', Name: 'size', DefaultValue: ['lg'], Options: [{ Label: 'Large', Value: 'lg' }] },
        { Type: 'RadioGroup', Label: 'Gears', Name: 'gears', DefaultValue: 'auto', Options: [{ Value: 'auto' }, 'manual'] },
        { Type: 'Checkbox', CheckboxText: 'With a seat for a child', Name: 'seat' },
        { Type: 'Checkbox', Label: 'Extras', Name: 'extras', DefaultValue: ['map'], Options: ['map', 'chains'] },
        { Type: 'HoloDeck', Label: 'Unknown', Name: 'unknown' },
      ],
    },
  ],
};

describe('views', () => {
  it('reads a form of Amazon Connect and leaves out what it does not know', () => {
    expect(parseView(message(CAR, ['Cancel', 'Submit']))).toEqual({
      heading: 'Modify Reservation',
      subheading: 'Cadillac XT5',
      actions: [
        { name: 'Submit', label: 'Confirm Reservation', isWayOut: false },
        { name: 'Cancel', label: 'Cancel', isWayOut: true },
      ],
      sections: [
        {
          heading: 'Pickup',
          fields: [
            { kind: 'text', type: 'email', name: 'mail', label: 'Mail', isRequired: true, hint: 'Yours', initial: '' },
            { kind: 'text', type: 'date', name: 'day', label: 'Day', isRequired: false, initial: '2026-10-10' },
            { kind: 'text', type: 'time', name: 'time', label: 'Time', isRequired: false, initial: '' },
          ],
        },
        {
          fields: [
            { kind: 'long-text', name: 'wishes', label: 'Wishes', isRequired: false, initial: '' },
            {
              kind: 'one-of', look: 'menu', name: 'size', label: 'Size', isRequired: false, initial: 'lg',
              options: [{ label: 'Large', value: 'lg' }],
            },
            {
              kind: 'one-of', look: 'buttons', name: 'gears', label: 'Gears', isRequired: false, initial: 'auto',
              options: [{ label: 'auto', value: 'auto' }, { label: 'manual', value: 'manual' }],
            },
            { kind: 'flag', name: 'seat', label: 'With a seat for a child', isRequired: false, initial: false },
            {
              kind: 'some-of', name: 'extras', label: 'Extras', isRequired: false, initial: ['map'],
              options: [{ label: 'map', value: 'map' }, { label: 'chains', value: 'chains' }],
            },
          ],
        },
      ],
    });
  });

  it.each(['', 'null', '[]', '{}', '{"templateType":"ListPicker","data":{"content":{"Heading":"x"}}}'])(
    'takes %s for no view',
    (text) => {
      expect(parseView(text)).toBeUndefined();
    },
  );

  it.each([
    ['no content', message(undefined)],
    ['sections that are a text', message({ Sections: 'x' })],
    ['items that are no objects', message(inRows(null, 3, 'x', [], {}))],
    ['fields without a name', message(inRows({ Type: 'FormInput', Label: 'x' }))],
    ['choices without options', message(inRows({ Type: 'Dropdown', Name: 'x' }, { Type: 'RadioGroup', Name: 'y', Options: [{}] }))],
    ['a name that is too long', message(inRows(input('x'.repeat(NAME_CHARACTERS_MAX + 1))))],
  ])('%s: its buttons remain', (_, text) => {
    expect(fieldsOf(text)).toEqual([]);
    expect(parseView(text)?.actions).toEqual([{ name: 'Submit', isWayOut: false }]);
  });

  it('has a way on even where the flow names none', () => {
    for (const actions of [null, [], 'x', [3, '']]) {
      expect(parseView(message({ Next: 'Onward' }, actions))?.actions).toEqual([
        { name: 'Next', label: 'Onward', isWayOut: false },
      ]);
    }
  });

  it('is bounded, however large its data is', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);
    expect(fieldsOf(message(inRows(...many(FIELDS_MAX + 1).map(input))))).toHaveLength(FIELDS_MAX);
    const sections = many(SECTIONS_MAX + 1).map((name) => ({ Items: [input(name)] }));
    expect(parseView(message({ Sections: sections }))?.sections).toHaveLength(SECTIONS_MAX);
    const [menu] = fieldsOf(message(inRows({ Type: 'Dropdown', Name: 'x', Options: many(OPTIONS_MAX + 1) })));
    expect(menu).toMatchObject({ options: { length: OPTIONS_MAX } });
    expect(parseView(message({}, many(ACTIONS_MAX + 1)))?.actions).toHaveLength(ACTIONS_MAX);
    expect(parseView(message({ Heading: 'x'.repeat(TEXT_CHARACTERS_MAX + 1) }))?.heading).toHaveLength(TEXT_CHARACTERS_MAX);
    const deep = many(50).reduce<unknown>((inner) => ({ Items: [inner] }), input('deep'));
    expect(fieldsOf(message({ Sections: [deep] }))).toEqual([]);
  });
});

describe('answers to views', () => {
  const submit = { name: 'Submit', isWayOut: false };
  const answer = (entries: [string, Entry][], action = submit) => answerToView(action, new Map(entries));

  it('carry the action and the entries, as a flow reads them', () => {
    const sent = answer([['mail', 'a@b'], ['seat', true], ['extras', ['map']], ['__proto__', 'x']]);
    expect(sent?.contentType).toBe(INTERACTIVE_RESPONSE_TYPE);
    expect(sent?.text).toBe(
      '{"templateType":"ViewResource","version":"1.0","action":"Submit",' +
        '"data":{"FormData":{"mail":"a@b","seat":true,"extras":["map"],"__proto__":"x"}}}',
    );
  });

  it('send nothing of the form on a way out', () => {
    const sent = answer([['mail', 'a@b']], { name: 'Back', isWayOut: true });
    expect(JSON.parse(sent?.text ?? '')).toMatchObject({ action: 'Back', data: {} });
    expect(sent?.text).not.toContain('a@b');
  });

  it('are not sent where they are longer than the server takes', () => {
    const fitting = answer([['x', '']])?.text.length ?? 0;
    expect(answer([['x', 'a'.repeat(ANSWER_CHARACTERS_MAX - fitting)]])?.text).toHaveLength(ANSWER_CHARACTERS_MAX);
    expect(answer([['x', 'a'.repeat(ANSWER_CHARACTERS_MAX - fitting + 1)]])).toBeUndefined();
  });

  it('read in the words of the question', () => {
    const sent = answer([['mail', 'a@b'], ['size', 'lg'], ['seat', false], ['extras', ['map', 'chains']], ['other', '7']]);
    expect(readAnswer(sent?.text ?? '', message(CAR))).toEqual({
      action: { name: 'Submit', label: 'Confirm Reservation' },
      entries: [
        { label: 'Mail', value: 'a@b' },
        { label: 'Size', value: 'Large' },
        { label: 'With a seat for a child', value: false },
        { label: 'Extras', value: ['map', 'chains'] },
        { label: 'other', value: '7' },
      ],
    });
  });

  it.each([
    ['{"action":"Submit"}', { action: { name: 'Submit' }, entries: [] }],
    ['{"data":{"action":"Next"}}', { action: { name: 'Next' }, entries: [] }],
    ['{}', { entries: [] }],
    ['no json', { entries: [] }],
    ['{"action":"A","data":{"FormData":{"x":null,"y":{"z":1},"n":5}}}', { action: { name: 'A' }, entries: [{ label: 'n', value: '5' }] }],
  ])('%s is readable without its question', (text, readable) => {
    expect(readAnswer(text, undefined)).toEqual(readable);
  });
});
