/** The environment of a service under a load that comes from one address: no limit per address applies. */
export const NO_LIMITS: Readonly<Record<string, string>> = {
  MAX_CONNECTIONS: '1000000',
  MAX_CONNECTIONS_PER_IP: '0',
  PUBLISH_RATE: '0/0/5000',
  SUBSCRIBE_RATE: '0/0/500',
  POLL_RATE: '0/0/100',
  RELAY_AT_ONCE: '0/0',
  RELAY_DAILY: '0/0',
};
