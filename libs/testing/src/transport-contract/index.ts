export * from './awkward-payloads';
export { publishAll, type TransportSuite, type TransportUnderTest, uniqueChannel, words } from './contract-context';
export * from './describe-transport';
