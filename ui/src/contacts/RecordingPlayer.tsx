import Button from '@cloudscape-design/components/button';
import { useEffect, useId, useRef, useState, type ChangeEvent } from 'react';
import { useText } from '../app/language.js';
import type { RecordingOverview } from '../protocol/api.js';
import { formatDuration } from '../protocol/time.js';
import { outline, stretchesOf } from './waveform.js';

const SKIP_MS = 10_000;
const SPEEDS = [0.75, 1, 1.25, 1.5, 2] as const;
/** Of the drawing, in its own units. */
const WIDTH = 1200;
const LANE_HEIGHT = 36;

interface Props {
  overview: RecordingOverview;
  title: string;
  /** Asks for a new address: the one at hand is good for a while only. */
  onExpired: () => void;
}

/** Plays one recording: both channels drawn, pauses shown, everything by keyboard. */
export function RecordingPlayer({ overview, title, onExpired }: Props) {
  const t = useText();
  const speedId = useId();
  const audio = useRef<HTMLAudioElement>(null);
  const [atMs, setAtMs] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  const [hasFailed, setFailed] = useState(false);
  const { recording, url, marks, customer, agent } = overview;
  const { lengthMs } = recording;
  const resumeAt = useRef<{ ms: number; isPlaying: boolean }>(undefined);

  // A new address for the same recording goes on where the old one ended.
  useEffect(() => {
    const element = audio.current;
    const before = resumeAt.current;
    if (element === null || before === undefined) return;
    resumeAt.current = undefined;
    element.currentTime = before.ms / 1000;
    if (before.isPlaying) void element.play().catch(() => setFailed(true));
  }, [url]);

  const seek = (ms: number): void => {
    const to = Math.min(Math.max(ms, 0), lengthMs);
    setAtMs(to);
    if (audio.current !== null) audio.current.currentTime = to / 1000;
  };
  const toggle = (): void => {
    const element = audio.current;
    if (element === null) return;
    if (isPlaying) element.pause();
    else void element.play().catch(() => setFailed(true));
  };
  const chooseSpeed = (event: ChangeEvent<HTMLSelectElement>): void => {
    const chosen = Number(event.target.value);
    setSpeed(chosen);
    if (audio.current !== null) audio.current.playbackRate = chosen;
  };
  const onError = (): void => {
    if (Date.now() >= overview.expiresAt && !hasFailed) {
      resumeAt.current = { ms: atMs, isPlaying };
      onExpired();
    } else {
      setFailed(true);
    }
  };

  const stretches = stretchesOf(marks, lengthMs);
  const pauses = stretches.filter(({ kind }) => kind === 'paused');
  const x = (ms: number): number => (lengthMs === 0 ? 0 : (ms / lengthMs) * WIDTH);
  const position = `${formatDuration(atMs)} / ${formatDuration(lengthMs)}`;
  return (
    <figure className="rf-player" aria-label={t('recording.player', { title })} data-testid="player">
      {/* eslint-disable-next-line jsx-a11y/media-has-caption -- what is said on the telephone is not written down */}
      <audio
        ref={audio}
        src={url}
        preload="none"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setPlaying(false)}
        onTimeUpdate={(event) => setAtMs(event.currentTarget.currentTime * 1000)}
        onRateChange={(event) => setSpeed(event.currentTarget.playbackRate)}
        onError={onError}
      />
      <div className="rf-wave">
        <span className="rf-wave-label">{t('recording.left')}</span>
        <span className="rf-wave-label">
          {t(recording.part === 'IVR' ? 'recording.rightIvr' : 'recording.rightAgent')}
        </span>
        <svg viewBox={`0 0 ${WIDTH} ${4 * LANE_HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {stretches.map(({ kind, fromMs, toMs }) => (
            <rect
              key={`${kind} ${fromMs}`}
              className={`rf-wave-${kind}`}
              x={x(fromMs)}
              width={Math.max(x(toMs) - x(fromMs), 2)}
              height={4 * LANE_HEIGHT}
            />
          ))}
          <path className="rf-wave-customer" d={outline(customer, WIDTH, LANE_HEIGHT)} />
          <path className="rf-wave-agent" d={outline(agent, WIDTH, LANE_HEIGHT)} transform={`translate(0 ${2 * LANE_HEIGHT})`} />
          <line className="rf-wave-head" x1={x(atMs)} x2={x(atMs)} y2={4 * LANE_HEIGHT} />
        </svg>
        <input
          type="range"
          min={0}
          max={lengthMs}
          step={1000}
          value={Math.round(atMs)}
          aria-label={t('recording.position')}
          aria-valuetext={position}
          onChange={(event) => seek(Number(event.target.value))}
          data-testid="position"
        />
      </div>
      <div className="rf-player-controls">
        <Button iconName="undo" variant="icon" ariaLabel={t('recording.back')} onClick={() => seek(atMs - SKIP_MS)} data-testid="skip-back" />
        <Button
          iconName={isPlaying ? 'pause' : 'play'}
          ariaLabel={t(isPlaying ? 'recording.pause' : 'recording.play')}
          onClick={toggle}
          data-testid="play"
        />
        <Button iconName="redo" variant="icon" ariaLabel={t('recording.forward')} onClick={() => seek(atMs + SKIP_MS)} data-testid="skip-forward" />
        <span className="rf-player-time" data-testid="player-time">{position}</span>
        <label htmlFor={speedId}>{t('recording.speed')}</label>
        <select id={speedId} value={speed} onChange={chooseSpeed} data-testid="speed">
          {SPEEDS.map((one) => (
            <option key={one} value={one}>{`${one} ×`}</option>
          ))}
        </select>
      </div>
      {hasFailed && <p role="alert" className="rf-outcome">{t('recording.failed')}</p>}
      {pauses.length > 0 && (
        <figcaption data-testid="pauses">
          {t('recording.pauses', { count: pauses.length })}{' '}
          {pauses.map(({ fromMs, toMs }) => (
            <button key={fromMs} type="button" className="rf-pause" onClick={() => seek(fromMs)}>
              {`${formatDuration(fromMs)}–${formatDuration(toMs)}`}
            </button>
          ))}
        </figcaption>
      )}
    </figure>
  );
}
