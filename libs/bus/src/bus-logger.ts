/** The logger of a bus; a pino logger fits. */
export interface BusLogger {
  error(fields: object, text: string): void;
  info(text: string): void;
}
