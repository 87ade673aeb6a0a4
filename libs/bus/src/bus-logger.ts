/** What a bus writes log lines to; a pino logger is one. */
export interface BusLogger {
  error(fields: object, text: string): void;
  info(text: string): void;
}
