export { TetracastProvider, useClient } from './provider';
export { useChannel, type ChannelState, type UseChannelOptions } from './use-channel';
export { usePresence, type PresenceState, type UsePresenceOptions } from './use-presence';
export { useStatus } from './use-status';
