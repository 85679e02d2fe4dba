import { useId } from 'react';
import { useText, useTimeFormat } from '../app/language.js';
import type { ContactView } from '../protocol/frames.js';
import { PaneHeader } from './PaneHeader.js';
import { References } from './References.js';

/** One task: what is to be done and what belongs to it. */
export function TaskPane({ contact }: { contact: ContactView }) {
  const t = useText();
  const format = useTimeFormat();
  const headingId = useId();
  return (
    <section className="rf-pane" aria-labelledby={headingId} data-testid="task-pane" data-contact-id={contact.contactId}>
      <PaneHeader contact={contact} headingId={headingId} />
      <div className="rf-task">
        {contact.name !== undefined && <h3 data-testid="task-name">{contact.name}</h3>}
        <p className="rf-quiet">{t('task.created', { time: format.dateTime(contact.initiatedAt) })}</p>
        <p className="rf-task-description" data-testid="task-description">
          {contact.description ?? t('task.noDescription')}
        </p>
        {contact.references.length > 0 && (
          <>
            <h4>{t('details.references')}</h4>
            <References references={contact.references} />
          </>
        )}
      </div>
    </section>
  );
}
