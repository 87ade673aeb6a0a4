const CLIENT_KEY_PATTERN = /^[\x21-\x7e]{1,64}$/;

/** Whether `value` can name a client across its reconnects: 1–64 visible ASCII characters, chosen by the client. */
export function isClientKey(value: unknown): value is string {
  return typeof value === 'string' && CLIENT_KEY_PATTERN.test(value);
}
