export { AccessControl } from './access/access-control';
export { ACCESS_NAMESPACE, REVOCATIONS_MAX } from './access/access-feed';
export { configuredKeys } from './access/configured-keys';
export { describePermissions } from './access/connection-permission';
export { bearerToken, pickTokenCarrier } from './access/extract-token';
export { holdsToken } from './access/token-in-text';
export { authenticateRequest, type Credential } from './authenticate-request';
export { type ClientAddress, createClientAddress } from './limits/client-address';
export { ClientQuota } from './limits/client-quota';
export { type Action, Limits } from './limits/limits';
export { isOriginRule } from './origin/allowed-origins';
export { isLoopbackName } from './origin/allowed-host';
export { isLoopback } from './origin/loopback';
export { checkOrigin } from './origin/origin';
export { openSession } from './open-session';
export { AllProcesses } from './processes/all-processes';
export { answerQuestion } from './processes/answer-question';
export { ConnectionRegistry } from './processes/connection-registry';
export { createPublication, publish, type PublishResult } from './publish';
export { publishAll } from './publish-all';
export { RequestOrder } from './request-order';
export { Session } from './session';
export type { NamespacePolicy, Rates } from './session-settings';
export {
  type Format,
  parseFormat,
  parseSubscriptionRequest,
  requireChannels,
  single,
  type SubscriptionRequest,
} from './subscription-request';
export { TimeoutQueue } from './timeout-queue';
export { toCodedError } from './to-coded-error';
