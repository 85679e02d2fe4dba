import Icon, { type IconProps } from '@cloudscape-design/components/icon';
import { useText } from '../app/language.js';
import type { Channel } from '../protocol/frames.js';

const ICONS: Record<Channel, IconProps.Name> = { CHAT: 'contact', TASK: 'check', VOICE: 'call' };

export function ChannelIcon({ channel }: { channel: Channel }) {
  const t = useText();
  return (
    <span className="rf-channel" title={t(`channel.${channel}`)}>
      <Icon name={ICONS[channel]} ariaLabel={t(`channel.${channel}`)} />
    </span>
  );
}
