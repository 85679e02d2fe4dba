import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useCallback, useEffect, useState } from 'react';
import { errorText, useText, useTimeFormat } from '../app/language.js';
import { navigate, pathOf } from '../app/router.js';
import { useSession } from '../app/session.js';
import { useTitle } from '../app/useTitle.js';
import { ApiError, type ContactSummary } from '../protocol/api.js';
import type { Channel } from '../protocol/frames.js';
import { formatDuration } from '../protocol/time.js';

const PAGE_SIZE = 50;
const CHANNELS: readonly Channel[] = ['CHAT', 'TASK'];

/** The recent contacts that this person may see, newest first. */
export function ContactsPage() {
  const t = useText();
  const format = useTimeFormat();
  const { api } = useSession();
  useTitle(t('nav.contacts'));
  const [contacts, setContacts] = useState<readonly ContactSummary[]>([]);
  const [cursor, setCursor] = useState<string>();
  const [channel, setChannel] = useState<Channel>();
  const [isLoading, setLoading] = useState(true);
  const [refusal, setRefusal] = useState<string>();

  const load = useCallback(
    async (from: string | undefined) => {
      setLoading(true);
      setRefusal(undefined);
      try {
        const page = await api.contacts({
          limit: PAGE_SIZE,
          ...(from === undefined ? {} : { cursor: from }),
          ...(channel === undefined ? {} : { channel }),
        });
        setContacts((before) => (from === undefined ? page.contacts : [...before, ...page.contacts]));
        setCursor(page.nextCursor);
      } catch (error) {
        setRefusal(error instanceof ApiError ? error.code : 'unexpected');
      } finally {
        setLoading(false);
      }
    },
    [api, channel],
  );
  useEffect(() => {
    // The first page is loaded when the filter says which.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    void load(undefined);
  }, [load]);

  const all = { value: '', label: t('contacts.allChannels') };
  const channelOptions = [all, ...CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) }))];

  return (
    <main className="rf-page">
      <Table
        data-testid="contacts"
        variant="container"
        stickyHeader
        items={contacts}
        trackBy="contactId"
        loading={isLoading && contacts.length === 0}
        loadingText={t('page.loading')}
        header={
          <Header
            variant="h1"
            counter={contacts.length > 0 ? `(${contacts.length}${cursor === undefined ? '' : '+'})` : ''}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Select
                  ariaLabel={t('contacts.channelFilter')}
                  selectedOption={channelOptions.find((option) => option.value === (channel ?? '')) ?? all}
                  options={channelOptions}
                  onChange={({ detail }) => setChannel(CHANNELS.find((value) => value === detail.selectedOption.value))}
                  data-testid="channel-filter"
                />
                <Button
                  iconName="refresh"
                  ariaLabel={t('contacts.refresh')}
                  onClick={() => void load(undefined)}
                  data-testid="refresh"
                />
              </SpaceBetween>
            }
          >
            {t('nav.contacts')}
          </Header>
        }
        empty={
          <Box textAlign="center" color="inherit" padding="l" data-testid="contacts-empty">
            {refusal === undefined ? t('contacts.empty') : errorText(t, refusal)}
          </Box>
        }
        footer={
          cursor !== undefined && (
            <Box textAlign="center">
              <Button loading={isLoading} onClick={() => void load(cursor)} data-testid="more-contacts">
                {t('contacts.more')}
              </Button>
            </Box>
          )
        }
        columnDefinitions={[
          {
            id: 'began',
            header: t('contacts.began'),
            isRowHeader: true,
            cell: (contact) => (
              <Link
                href={pathOf({ page: 'contact', contactId: contact.contactId })}
                onFollow={(event) => {
                  event.preventDefault();
                  navigate(pathOf({ page: 'contact', contactId: contact.contactId }));
                }}
                data-testid="contact-link"
              >
                {format.dateTime(contact.initiatedAt)}
              </Link>
            ),
          },
          { id: 'channel', header: t('details.channel'), cell: (contact) => t(`channel.${contact.channel}`) },
          { id: 'customer', header: t('contacts.customer'), cell: (contact) => contact.customerName ?? '–' },
          { id: 'queue', header: t('details.queue'), cell: (contact) => contact.queueName ?? '–' },
          { id: 'agent', header: t('contacts.agent'), cell: (contact) => contact.agentUsername ?? '–' },
          {
            id: 'duration',
            header: t('contacts.duration'),
            cell: (contact) =>
              contact.disconnectedAt === undefined
                ? t('contacts.open')
                : formatDuration(contact.disconnectedAt - contact.initiatedAt),
          },
          { id: 'end', header: t('contacts.end'), cell: (contact) => contact.disconnectReason ?? '–' },
        ]}
      />
    </main>
  );
}
