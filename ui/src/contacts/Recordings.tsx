import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useEffect, useState } from 'react';
import { errorText, useText, useTimeFormat, type Translate } from '../app/language.js';
import { useSession } from '../app/session.js';
import { ApiError, type Recording, type RecordingOverview } from '../protocol/api.js';
import { formatDuration } from '../protocol/time.js';
import { RecordingPlayer } from './RecordingPlayer.js';

interface Loaded {
  recordings: Recording[];
  downloadPermitted: boolean;
}

/** The recordings of a call. None is fetched before somebody wants to hear it: listening is audited. */
export function Recordings({ contactId }: { contactId: string }) {
  const t = useText();
  const { api } = useSession();
  const [loaded, setLoaded] = useState<Loaded>();
  const [refusal, setRefusal] = useState<string>();

  useEffect(() => {
    let isShown = true;
    api.recordings(contactId).then(
      (found) => {
        if (isShown) setLoaded(found);
      },
      (error: unknown) => {
        if (isShown) setRefusal(codeOf(error));
      },
    );
    return () => {
      isShown = false;
    };
  }, [api, contactId]);

  if (refusal !== undefined) return <Alert type="error">{errorText(t, refusal)}</Alert>;
  if (loaded === undefined) return <Spinner />;
  if (loaded.recordings.length === 0) {
    return <Box color="text-body-secondary">{t('recording.none')}</Box>;
  }
  return (
    <ul className="rf-recordings" data-testid="recordings">
      {loaded.recordings.map((recording) => (
        <li key={recording.recordingId}>
          <OneRecording contactId={contactId} recording={recording} mayDownload={loaded.downloadPermitted} />
        </li>
      ))}
    </ul>
  );
}

interface Props {
  contactId: string;
  recording: Recording;
  mayDownload: boolean;
}

function OneRecording({ contactId, recording, mayDownload }: Props) {
  const t = useText();
  const format = useTimeFormat();
  const { api } = useSession();
  const { recordingId } = recording;
  const [overview, setOverview] = useState<RecordingOverview>();
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();

  const ask = <T,>(request: Promise<T>, use: (answer: T) => void): void => {
    setBusy(true);
    request
      .then(
        (answer) => {
          setRefusal(undefined);
          use(answer);
        },
        (error: unknown) => setRefusal(codeOf(error)),
      )
      .finally(() => setBusy(false));
  };
  const listen = (): void => ask(api.recording(contactId, recordingId), setOverview);
  const download = (): void =>
    ask(api.recordingFile(contactId, recordingId), ({ url }) => window.location.assign(url));

  const isOpen = recording.state === 'OPEN';
  const title = t(recording.part === 'IVR' ? 'recording.partIvr' : 'recording.partAgent');
  return (
    <SpaceBetween size="xs">
      <div className="rf-recording-head">
        <div>
          <Box variant="h3" tagOverride="h3">{title}</Box>
          <span className="rf-recording-facts">
            {format.dateTime(recording.startedAt)}
            {!isOpen && ` · ${formatDuration(recording.lengthMs)}`}
            {factsOf(t, recording).map((fact) => (
              <strong key={fact} className="rf-call-mark">{fact}</strong>
            ))}
          </span>
        </div>
        <SpaceBetween size="xs" direction="horizontal">
          {!isOpen && overview === undefined && (
            <Button iconName="play" loading={isBusy} onClick={listen} ariaLabel={t('recording.listenTo', { title })} data-testid="listen">
              {t('recording.listen')}
            </Button>
          )}
          {!isOpen && mayDownload && (
            <Button iconName="download" onClick={download} ariaLabel={t('recording.saveTitle', { title })} data-testid="save-recording">
              {t('recording.save')}
            </Button>
          )}
        </SpaceBetween>
      </div>
      {refusal !== undefined && <Alert type="error">{errorText(t, refusal)}</Alert>}
      {overview !== undefined && <RecordingPlayer overview={overview} title={title} onExpired={listen} />}
    </SpaceBetween>
  );
}

function factsOf(t: Translate, { state, gaps }: Recording): string[] {
  return [
    ...(state === 'OPEN' ? [t('recording.goesOn')] : []),
    ...(state === 'CUT_OFF' ? [t('recording.cutOff')] : []),
    ...(gaps > 0 ? [t('recording.gaps', { count: gaps })] : []),
  ];
}

function codeOf(error: unknown): string {
  return error instanceof ApiError ? error.code : 'unexpected';
}
