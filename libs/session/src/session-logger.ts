/** Writes log lines; a pino logger is one. */
export interface SessionLogger {
  error(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  warn(text: string): void;
}
