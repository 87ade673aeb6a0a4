export { Batch } from './channels/batch';
export { Connection } from './connection/connection';
export type { InternalListener } from './internal-subscriber';
export type { Framing } from './delivery/framing';
export type { History } from './history/history';
export type { HistoryPage, HistoryQuery } from './history/read-history';
export { Hub, type HubOptions, type HubStats } from './hub';
export type { Sink } from './sink';
export { HeartbeatWheel } from './connection/heartbeat-wheel';
