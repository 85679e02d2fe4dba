import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useEffect, useState, type ReactNode } from 'react';
import { errorText, useText, useTimeFormat, wireText, type Translate } from '../app/language.js';
import { navigate, pathOf } from '../app/router.js';
import { useSession } from '../app/session.js';
import { followInPlace } from '../app/Shell.js';
import { useTitle } from '../app/useTitle.js';
import { ApiError, type ContactDetail, type ContactRecord, type RecordedQuality } from '../protocol/api.js';
import { formatDuration } from '../protocol/time.js';
import { ChannelName } from '../workspace/ChannelIcon.js';
import { References } from '../workspace/References.js';
import { RecordedTranscript } from './RecordedTranscript.js';
import { Timeline } from './Timeline.js';

/** A label and what it says; left out where there is nothing to say. */
type Pair = readonly [string, ReactNode];

/** One contact: its record, what happened, what was said. */
export function ContactPage({ contactId }: { contactId: string }) {
  const t = useText();
  const { api } = useSession();
  useTitle(t('contact.title'));
  const [detail, setDetail] = useState<ContactDetail>();
  const [refusal, setRefusal] = useState<string>();

  useEffect(() => {
    let isShown = true;
    api.contact(contactId).then(
      (found) => {
        if (isShown) setDetail(found);
      },
      (error: unknown) => {
        if (isShown) setRefusal(error instanceof ApiError ? error.code : 'unexpected');
      },
    );
    return () => {
      isShown = false;
    };
  }, [api, contactId]);

  const title = titleOf(t, detail?.record);
  return (
    <main className="rf-page">
      <SpaceBetween size="l">
        <BreadcrumbGroup
          items={[
            { text: t('nav.contacts'), href: pathOf({ page: 'contacts' }) },
            { text: title, href: pathOf({ page: 'contact', contactId }) },
          ]}
          onFollow={(event) => {
            event.preventDefault();
            navigate(event.detail.href);
          }}
        />
        {refusal !== undefined && <Alert type="error">{errorText(t, refusal)}</Alert>}
        {refusal === undefined && detail === undefined && <Spinner size="large" />}
        {detail !== undefined && <Record record={detail.record} />}
        {detail !== undefined && (
            <div className={detail.record.channel === 'VOICE' ? undefined : 'rf-record-columns'}>
              {/* What is said on the telephone is not written down. */}
              {detail.record.channel !== 'VOICE' && (
                <Container header={<Header variant="h2">{t('contact.transcript')}</Header>}>
                  {detail.transcriptPermitted ? (
                    <RecordedTranscript contactId={contactId} />
                  ) : (
                    <Box color="text-body-secondary">{t('contact.transcriptNotPermitted')}</Box>
                  )}
                </Container>
              )}
              <Container header={<Header variant="h2">{t('contact.timeline')}</Header>}>
                <Timeline entries={detail.timeline} isTruncated={detail.timelineTruncated} />
              </Container>
            </div>
        )}
      </SpaceBetween>
    </main>
  );
}

function Record({ record }: { record: ContactRecord }) {
  const t = useText();
  const format = useTimeFormat();
  const time = (at: number | undefined) => (at === undefined ? undefined : format.dateTime(at));
  const pairs: readonly Pair[] = [
    [t('details.channel'), <ChannelName key="channel" channel={record.channel} />],
    [t('contacts.customer'), record.customerName],
    [t('contact.customerAddress'), record.customerAddress],
    [t('contact.systemAddress'), record.systemAddress],
    [t('details.queue'), record.queueName],
    [t('contacts.agent'), record.agentUsername],
    [t('contact.initiation'), wireText(t, 'initiation', record.initiationMethod)],
    [t('contacts.end'), record.disconnectReason && wireText(t, 'reason', record.disconnectReason)],
    [t('contacts.began'), time(record.initiatedAt)],
    [t('contact.enqueued'), time(record.enqueuedAt)],
    [t('contact.connectedToAgent'), time(record.connectedToAgentAt)],
    ...holdsOf(t, record),
    ...qualityOf(t, record),
    [t('contact.disconnected'), time(record.disconnectedAt)],
    [t('contact.scheduled'), time(record.scheduledAt)],
    [t('contact.name'), record.name],
    [t('contact.description'), record.description],
    [t('details.id'), record.contactId],
  ];
  const attributes = Object.entries(record.attributes ?? {});
  const relations = [
    ['contact.previous', record.previousContactId],
    ['contact.next', record.nextContactId],
    ['contact.related', record.relatedContactId],
  ] as const;
  return (
    <Container header={<Header variant="h1">{titleOf(t, record)}</Header>}>
      <div data-testid="contact-record">
        <SpaceBetween size="l">
          <KeyValuePairs
            columns={4}
            items={pairs.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]))}
          />
          {relations.some(([, id]) => id !== undefined) && (
            <p className="rf-relations">
              {relations.map(
                ([label, id]) =>
                  id !== undefined && (
                    <a key={label} href={pathOf({ page: 'contact', contactId: id })} onClick={followInPlace}>
                      {t(label)}
                    </a>
                  ),
              )}
            </p>
          )}
          {attributes.length > 0 && (
            <div>
              <Box variant="h3" tagOverride="h2">{t('details.attributes')}</Box>
              <KeyValuePairs columns={4} items={attributes.map(([label, value]) => ({ label, value }))} />
            </div>
          )}
          {record.references.length > 0 && (
            <div>
              <Box variant="h3" tagOverride="h2">{t('details.references')}</Box>
              <References references={record.references} />
            </div>
          )}
        </SpaceBetween>
      </div>
    </Container>
  );
}

/** How often the customer was on hold, and for how long; nothing where that never was. */
function holdsOf(t: Translate, { holds = 0, customerHoldMs, longestHoldMs }: ContactRecord): readonly Pair[] {
  if (holds === 0) return [];
  const duration = (ms: number | undefined) => (ms === undefined ? undefined : formatDuration(ms));
  return [
    [t('contact.holds'), String(holds)],
    [t('contact.holdTime'), duration(customerHoldMs)],
    [t('contact.longestHold'), duration(longestHoldMs)],
  ];
}

/** How well both sides of a call were heard; nothing of a side that was not measured. */
function qualityOf(t: Translate, { customerQuality, agentQuality }: ContactRecord): readonly Pair[] {
  const figures = (quality: RecordedQuality | undefined) => {
    if (quality === undefined) return undefined;
    const { mos, packetsLost, packetsReceived, jitterUs } = quality;
    const loss = packetsLost / Math.max(packetsLost + packetsReceived, 1);
    return t('contact.quality', { mos, loss: Math.round(loss * 1000) / 10, jitter: Math.round(jitterUs / 1000) });
  };
  return [
    [t('contact.customerQuality'), figures(customerQuality)],
    [t('contact.agentQuality'), figures(agentQuality)],
  ];
}

function titleOf(t: Translate, record: ContactRecord | undefined): string {
  return record?.customerName ?? record?.name ?? record?.customerAddress ?? t('contact.title');
}
