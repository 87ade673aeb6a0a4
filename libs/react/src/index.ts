export { TetracastProvider, useClient } from './provider';
export { useChannel, type ChannelState, type UseChannelOptions } from './use-channel';
export { useStatus } from './use-status';
