import Button from '@cloudscape-design/components/button';
import { useText, useTimeFormat } from '../app/language.js';
import { navigate, pathOf } from '../app/router.js';
import { mayEnter, useSession } from '../app/session.js';
import type { ContactView } from '../protocol/frames.js';
import { References } from './References.js';

/** What is known about the current contact. */
export function DetailsPanel({ contact, onClose }: { contact: ContactView; onClose: () => void }) {
  const t = useText();
  const format = useTimeFormat();
  const { session } = useSession();
  const attributes = Object.entries(contact.attributes ?? {});
  return (
    <aside className="rf-details" aria-label={t('details.title')} data-testid="details">
      <div className="rf-details-head">
        <h2>{t('details.title')}</h2>
        <Button variant="icon" iconName="close" ariaLabel={t('details.close')} onClick={onClose} data-testid="close-details" />
      </div>
      <section>
        <h3>{t('details.attributes')}</h3>
        {contact.attributes === undefined && <p className="rf-quiet">{t('details.attributesHidden')}</p>}
        {contact.attributes !== undefined && attributes.length === 0 && (
          <p className="rf-quiet">{t('details.noAttributes')}</p>
        )}
        <dl className="rf-pairs" data-testid="attributes">
          {attributes.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      {contact.references.length > 0 && (
        <section>
          <h3>{t('details.references')}</h3>
          <References references={contact.references} />
        </section>
      )}
      <section>
        <h3>{t('details.contact')}</h3>
        <dl className="rf-pairs">
          <div>
            <dt>{t('details.channel')}</dt>
            <dd>{t(`channel.${contact.channel}`)}</dd>
          </div>
          {contact.call?.customerAddress !== undefined && (
            <div>
              <dt>{t('contact.customerAddress')}</dt>
              <dd data-testid="customer-address">{contact.call.customerAddress}</dd>
            </div>
          )}
          {contact.queueName !== undefined && (
            <div>
              <dt>{t('details.queue')}</dt>
              <dd>{contact.queueName}</dd>
            </div>
          )}
          <div>
            <dt>{t('details.began')}</dt>
            <dd>{format.dateTime(contact.initiatedAt)}</dd>
          </div>
          <div>
            <dt>{t('details.id')}</dt>
            <dd className="rf-mono" data-testid="contact-id">
              {contact.contactId}
            </dd>
          </div>
        </dl>
        {mayEnter(session, 'contacts') && (
          <Button
            variant="inline-link"
            onClick={() => navigate(pathOf({ page: 'contact', contactId: contact.contactId }))}
            data-testid="open-record"
          >
            {t('details.openRecord')}
          </Button>
        )}
      </section>
    </aside>
  );
}
