import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useEffect, useState } from 'react';
import { useText } from '../app/language.js';
import { useSession } from '../app/session.js';
import { ApiError, type QuickConnect } from '../protocol/api.js';
import type { ContactView } from '../protocol/frames.js';
import { useReport, useTell } from './Notices.js';
import { useWorkspace } from './WorkspaceProvider.js';

/** Chooses where a contact goes. */
export function TransferDialog({ contact, onClose }: { contact: ContactView; onClose: () => void }) {
  const t = useText();
  const { api } = useSession();
  const client = useWorkspace();
  const tell = useTell();
  const report = useReport();
  const [quickConnects, setQuickConnects] = useState<readonly QuickConnect[]>();
  const [filter, setFilter] = useState('');
  const [busyId, setBusyId] = useState<string>();
  const { contactId } = contact;

  useEffect(() => {
    let isShown = true;
    api.quickConnects(contactId).then(
      (found) => {
        if (isShown) setQuickConnects(found);
      },
      (error: unknown) => {
        tell(error instanceof ApiError ? error.code : 'unexpected');
        onClose();
      },
    );
    return () => {
      isShown = false;
    };
  }, [api, contactId, onClose, tell]);

  const transfer = (quickConnectId: string): void => {
    setBusyId(quickConnectId);
    void report(client.command({ type: 'contact.transfer', contactId, quickConnectId })).then((isDone) => {
      setBusyId(undefined);
      if (isDone) onClose();
    });
  };
  const wanted = filter.trim().toLowerCase();
  const shown = quickConnects?.filter((candidate) => candidate.name.toLowerCase().includes(wanted));

  return (
    <Modal visible header={t('transfer.title')} onDismiss={onClose} data-testid="transfer-dialog">
      <SpaceBetween size="m">
        <Input
          type="search"
          value={filter}
          onChange={({ detail }) => setFilter(detail.value)}
          ariaLabel={t('transfer.filter')}
          placeholder={t('transfer.filter')}
          autoFocus
          nativeInputAttributes={{ 'data-testid': 'transfer-filter' }}
        />
        {shown === undefined && <Spinner />}
        {shown?.length === 0 && <Box color="text-body-secondary">{t('transfer.none')}</Box>}
        <ul className="rf-quick-connects">
          {shown?.map((quickConnect) => (
            <li key={quickConnect.id} data-testid="quick-connect" data-name={quickConnect.name}>
              <div>
                <strong>{quickConnect.name}</strong>
                <p>
                  {t(`quickConnect.${quickConnect.kind}`)}
                  {quickConnect.description !== undefined && ` · ${quickConnect.description}`}
                </p>
              </div>
              <Button
                loading={busyId === quickConnect.id}
                disabled={busyId !== undefined && busyId !== quickConnect.id}
                onClick={() => transfer(quickConnect.id)}
                ariaLabel={t('transfer.to', { name: quickConnect.name })}
                data-testid="transfer-to"
              >
                {t('transfer.submit')}
              </Button>
            </li>
          ))}
        </ul>
      </SpaceBetween>
    </Modal>
  );
}
