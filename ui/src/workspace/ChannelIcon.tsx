import Icon, { type IconProps } from '@cloudscape-design/components/icon';
import { useText } from '../app/language.js';
import type { Channel } from '../protocol/frames.js';

const ICONS: Record<Channel, IconProps.Name> = { CHAT: 'contact', TASK: 'check', VOICE: 'call' };

/** The channel's icon beside its name. */
export function ChannelName({ channel }: { channel: Channel }) {
  const t = useText();
  return (
    <span className="rf-channel-name">
      <Icon name={ICONS[channel]} /> {t(`channel.${channel}`)}
    </span>
  );
}

export function ChannelIcon({ channel }: { channel: Channel }) {
  const t = useText();
  return (
    <span className="rf-channel" title={t(`channel.${channel}`)}>
      <Icon name={ICONS[channel]} ariaLabel={t(`channel.${channel}`)} />
    </span>
  );
}
