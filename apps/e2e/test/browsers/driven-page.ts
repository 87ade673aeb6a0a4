/** A page of any browser, as the suites that run in both browsers drive it. A selector means the first element in the document. */
export interface DrivenPage {
  /** What the page threw, what its policy forbade, and each error on its console. */
  readonly failures: readonly string[];
  open(url: string): Promise<void>;
  /** Goes back to the page before. Resolves when it is in the tab. */
  back(): Promise<void>;
  /** Resolves when an element of the selector, with that text in it, is in the document. */
  waitFor(selector: string, text?: string | RegExp): Promise<void>;
  click(selector: string): Promise<void>;
  setChecked(selector: string, isChecked: boolean): Promise<void>;
  fill(selector: string, text: string): Promise<void>;
  /** The value of a JavaScript expression, as JSON carries it. */
  evaluate<T>(expression: string): Promise<T>;
  close(): Promise<void>;
}

/** In the page: makes an error of what the content security policy forbids. */
export const REPORT_VIOLATIONS = `addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
  reportError(new Error('violates ' + effectiveDirective + ': ' + blockedURI));
});`;
