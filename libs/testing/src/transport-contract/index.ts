export * from './awkward-payloads';
export { type ServerToTest, type TransportSuite, uniqueChannel, words } from './contract-context';
export * from './describe-across';
export * from './describe-transport';
