import Button from '@cloudscape-design/components/button';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import { useEffect, useRef, useState } from 'react';
import { useText } from '../app/language.js';
import { useTitle } from '../app/useTitle.js';
import type { ContactView } from '../protocol/frames.js';
import { useAudioChoice, useCallDesk } from './call/CallDeskProvider.js';
import { CallPane } from './call/CallPane.js';
import { ChatPane } from './ChatPane.js';
import { ContactList } from './ContactList.js';
import { DetailsPanel } from './DetailsPanel.js';
import { EmptyWorkspace } from './EmptyWorkspace.js';
import { OfferCard } from './OfferCard.js';
import { OtherPane } from './OtherPane.js';
import { TaskPane } from './TaskPane.js';
import { unreadCount } from './unread.js';
import { useOfferSignal } from './useOfferSignal.js';
import { useWorkspace, useWorkspaceState } from './WorkspaceProvider.js';

type Layout = 'single' | 'columns';
/** The contact that was accepted or chosen to be answered; the count tells one request from the next. */
interface FocusRequest {
  contactId: string;
  count: number;
}

const LAYOUT_KEY = 'ringfence.layout';

/** Everything an agent works with: offers, the contacts at hand, and what is known about them. */
export function WorkspacePage() {
  const t = useText();
  const client = useWorkspace();
  const state = useWorkspaceState(client);
  const { isRingOn } = useAudioChoice(useCallDesk());
  const [chosenId, setChosenId] = useState<string>();
  const [focusRequest, setFocusRequest] = useState<FocusRequest>({ contactId: '', count: 0 });
  const [layout, setLayout] = useState<Layout>(() =>
    localStorage.getItem(LAYOUT_KEY) === 'single' ? 'single' : 'columns',
  );
  const [areDetailsOpen, setDetailsOpen] = useState(() => window.matchMedia('(min-width: 1180px)').matches);

  const offers = state.contacts.filter((contact) => contact.state === 'CONNECTING');
  const open = state.contacts.filter((contact) => contact.state !== 'CONNECTING');
  const current = open.find((contact) => contact.contactId === chosenId) ?? open[0];
  const panes = layout === 'columns' ? open : open.filter((contact) => contact === current);

  useTitle(pageTitle());
  useOfferSignal(offers, isRingOn);

  const chooseToAnswer = (contactId: string): void => {
    setChosenId(contactId);
    setFocusRequest(({ count }) => ({ contactId, count: count + 1 }));
  };
  const main = useFocusAfterLeaving(open.length);

  const chooseLayout = (chosen: Layout): void => {
    localStorage.setItem(LAYOUT_KEY, chosen);
    setLayout(chosen);
  };

  return (
    <main
      ref={main}
      tabIndex={-1}
      className="rf-workspace"
      data-testid="workspace"
      data-details={areDetailsOpen && current !== undefined}
    >
      <h1 className="rf-hidden">{t('nav.workspace')}</h1>
      <ContactList
        state={state}
        contacts={open}
        currentId={current?.contactId}
        onChoose={chooseToAnswer}
        layoutControl={
          <SegmentedControl
            data-testid="layout"
            label={t('workspace.layout')}
            selectedId={layout}
            onChange={({ detail }) => chooseLayout(detail.selectedId === 'single' ? 'single' : 'columns')}
            options={[
              { id: 'columns', iconName: 'view-vertical', iconAlt: t('workspace.layoutColumns') },
              { id: 'single', iconName: 'view-full', iconAlt: t('workspace.layoutSingle') },
            ]}
          />
        }
      />
      <div className="rf-centre-column">
        <section aria-label={t('offer.region')} aria-live="assertive" className="rf-offers">
          {offers.map((contact, index) => (
            <OfferCard key={contact.contactId} contact={contact} isFirst={index === 0} onAccepted={chooseToAnswer} />
          ))}
        </section>
        {open.length === 0 && offers.length === 0 && <EmptyWorkspace state={state} />}
        <div className="rf-panes">
          {panes.map((contact) => (
            <div
              key={contact.contactId}
              className="rf-pane-slot"
              data-current={contact === current}
              onFocusCapture={() => setChosenId(contact.contactId)}
              onPointerDown={() => setChosenId(contact.contactId)}
            >
              <Pane
                contact={contact}
                isCurrent={contact === current}
                focusRequest={focusRequest.contactId === contact.contactId ? focusRequest.count : 0}
              />
            </div>
          ))}
        </div>
      </div>
      {current !== undefined && areDetailsOpen && (
        <DetailsPanel contact={current} onClose={() => setDetailsOpen(false)} />
      )}
      {current !== undefined && !areDetailsOpen && (
        <div className="rf-details-opener">
          <Button
            iconName="status-info"
            variant="normal"
            ariaLabel={t('details.open')}
            onClick={() => setDetailsOpen(true)}
            data-testid="open-details"
          />
        </div>
      )}
    </main>
  );

  function pageTitle(): string {
    if (offers.length > 0) return `● ${t('offer.title')}`;
    const unread = open.reduce((sum, contact) => sum + unreadCount(contact, state.chats.get(contact.contactId)), 0);
    return unread > 0 ? `(${unread}) ${t('nav.workspace')}` : t('nav.workspace');
  }
}

interface PaneProps {
  contact: ContactView;
  isCurrent: boolean;
  focusRequest: number;
}

function Pane({ contact, isCurrent, focusRequest }: PaneProps) {
  const isWork = contact.state === 'CONNECTED' || contact.state === 'ENDED';
  if (!isWork) return <OtherPane contact={contact} />;
  switch (contact.channel) {
    case 'CHAT':
      return <ChatPane contact={contact} isCurrent={isCurrent} focusRequest={focusRequest} />;
    case 'TASK':
      return <TaskPane contact={contact} />;
    case 'VOICE':
      return <CallPane contact={contact} />;
  }
}

/** When the contact that had the focus leaves, the focus stays in the workspace. */
function useFocusAfterLeaving(contactCount: number) {
  const main = useRef<HTMLElement>(null);
  const countBefore = useRef(contactCount);
  useEffect(() => {
    const hasLeft = contactCount < countBefore.current;
    countBefore.current = contactCount;
    if (hasLeft && document.activeElement === document.body) main.current?.focus();
  }, [contactCount]);
  return main;
}
