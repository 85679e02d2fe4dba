import { useId } from 'react';
import { useText } from '../app/language.js';
import type { ContactView } from '../protocol/frames.js';
import { PaneHeader } from './PaneHeader.js';

/** A contact that there is nothing to do with but to clear it: missed, or failed to connect. */
export function OtherPane({ contact }: { contact: ContactView }) {
  const t = useText();
  const headingId = useId();
  return (
    <section className="rf-pane" aria-labelledby={headingId} data-testid="other-pane" data-contact-id={contact.contactId}>
      <PaneHeader contact={contact} headingId={headingId} />
      <div className="rf-task">
        <h3>{t(`state.${contact.state}`)}</h3>
        <p>{t(contact.state === 'MISSED' ? 'contact.missedHint' : 'contact.errorHint')}</p>
      </div>
    </section>
  );
}
