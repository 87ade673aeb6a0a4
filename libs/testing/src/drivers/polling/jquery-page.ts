import { createRequire } from 'node:module';

/** The part of a jQuery answer object that is read here. */
export interface JqXhr extends PromiseLike<unknown> {
  readonly status: number;
  readonly responseText: string;
  getResponseHeader(name: string): string | null;
  abort(): void;
}

export interface JQueryAjax {
  ajax(settings: Readonly<Record<string, unknown>>): JqXhr;
}

interface Page {
  readonly window: { close(): void };
}

// Typed here, not by @types: those would bring the whole DOM into the globals of every test that imports this library.
interface JsdomModule {
  readonly JSDOM: new (html: string, options: { readonly url: string }) => Page;
}

interface JQueryModule {
  readonly jQueryFactory: (window: Page['window']) => JQueryAjax;
}

/** jQuery in a separate page that was loaded from `url`, without a browser. */
export function openJQueryPage(url: string): { readonly $: JQueryAjax; close(): void } {
  const load = createRequire(__filename);
  const { JSDOM } = load('jsdom') as JsdomModule;
  const { jQueryFactory } = load('jquery/factory') as JQueryModule;
  const { window } = new JSDOM('<!doctype html>', { url });
  return { $: jQueryFactory(window), close: () => window.close() };
}
