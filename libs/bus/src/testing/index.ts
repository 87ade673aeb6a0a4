export { FaultyBus, UNAVAILABLE_REASON } from './faulty-bus';
