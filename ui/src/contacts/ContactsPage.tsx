import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useEffect, useState } from 'react';
import { errorText, useText, useTimeFormat, wireText } from '../app/language.js';
import { navigate, pathOf } from '../app/router.js';
import { useSession } from '../app/session.js';
import { useTitle } from '../app/useTitle.js';
import { ApiError, type ContactSummary } from '../protocol/api.js';
import type { Channel } from '../protocol/frames.js';
import { formatDuration } from '../protocol/time.js';
import { ChannelName } from '../workspace/ChannelIcon.js';

const PAGE_SIZE = 50;
const CHANNELS: readonly Channel[] = ['VOICE', 'CHAT', 'TASK'];

/** What is to be shown: the first page of a channel's contacts, or the one behind a cursor. */
interface Wanted {
  channel: Channel | undefined;
  cursor: string | undefined;
}

interface Loaded {
  /** What was asked for. */
  answers: Wanted | undefined;
  contacts: readonly ContactSummary[];
  nextCursor: string | undefined;
  refusal: string | undefined;
}

/** The recent contacts that this person may see, newest first. */
export function ContactsPage() {
  const t = useText();
  const format = useTimeFormat();
  const { api } = useSession();
  useTitle(t('nav.contacts'));
  const [wanted, setWanted] = useState<Wanted>({ channel: undefined, cursor: undefined });
  const [loaded, setLoaded] = useState<Loaded>({ answers: undefined, contacts: [], nextCursor: undefined, refusal: undefined });
  const { channel } = wanted;
  const { contacts, nextCursor, refusal } = loaded;
  const isLoading = loaded.answers !== wanted;

  useEffect(() => {
    let isWanted = true;
    const { channel: of, cursor } = wanted;
    const page = {
      limit: PAGE_SIZE,
      ...(cursor === undefined ? {} : { cursor }),
      ...(of === undefined ? {} : { channel: of }),
    };
    api.contacts(page).then(
      (found) => {
        if (!isWanted) return;
        setLoaded((before) => ({
          answers: wanted,
          contacts: cursor === undefined ? found.contacts : [...before.contacts, ...found.contacts],
          nextCursor: found.nextCursor,
          refusal: undefined,
        }));
      },
      (error: unknown) => {
        const code = error instanceof ApiError ? error.code : 'unexpected';
        if (isWanted) setLoaded((before) => ({ ...before, answers: wanted, refusal: code }));
      },
    );
    return () => {
      isWanted = false;
    };
  }, [api, wanted]);

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
            counter={contacts.length > 0 ? `(${contacts.length}${nextCursor === undefined ? '' : '+'})` : ''}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Select
                  ariaLabel={t('contacts.channelFilter')}
                  selectedOption={channelOptions.find((option) => option.value === (channel ?? '')) ?? all}
                  options={channelOptions}
                  onChange={({ detail }) => {
                    const chosen = CHANNELS.find((value) => value === detail.selectedOption.value);
                    setWanted({ channel: chosen, cursor: undefined });
                  }}
                  data-testid="channel-filter"
                />
                <Button
                  iconName="refresh"
                  ariaLabel={t('contacts.refresh')}
                  onClick={() => setWanted({ channel, cursor: undefined })}
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
          (nextCursor !== undefined || (refusal !== undefined && contacts.length > 0)) && (
            <Box textAlign="center">
              {refusal !== undefined && <Box color="text-status-error">{errorText(t, refusal)}</Box>}
              {nextCursor !== undefined && (
                <Button
                  loading={isLoading}
                  onClick={() => setWanted({ channel, cursor: nextCursor })}
                  data-testid="more-contacts"
                >
                  {t('contacts.more')}
                </Button>
              )}
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
          { id: 'channel', header: t('details.channel'), cell: (contact) => <ChannelName channel={contact.channel} /> },
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
          { id: 'end', header: t('contacts.end'), cell: (contact) => contact.disconnectReason === undefined ? '–' : wireText(t, 'reason', contact.disconnectReason) },
        ]}
      />
    </main>
  );
}
