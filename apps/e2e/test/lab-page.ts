import type { Locator, Page } from 'playwright-core';

export const TRANSPORTS = ['polling', 'sse', 'websocket', 'socketio'] as const;
export const PANELS = [...TRANSPORTS, 'sdk'] as const;
export type PanelName = (typeof PANELS)[number];

/** The lab page as a person uses it; the hooks are those of the web app's README. */
export class LabPage {
  readonly failures: string[] = [];

  constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.failures.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.failures.push(message.text());
    });
  }

  /** Opens it and waits until all panels are connected. */
  async open(url: string): Promise<void> {
    // What a policy forbids becomes an error of the page.
    await this.page.addInitScript(() => {
      addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
        reportError(new Error(`violates ${effectiveDirective}: ${blockedURI}`));
      });
    });
    await this.page.goto(url);
    for (const name of PANELS) await this.becomes(name, 'connected');
  }

  panel(name: PanelName): Locator {
    return this.page.locator(`section[data-transport="${name}"]`);
  }

  part(name: PanelName, role: string): Locator {
    return this.panel(name).locator(`[data-role="${role}"]`);
  }

  becomes(name: PanelName, state: 'connected' | 'cut' | 'reconnecting'): Promise<void> {
    return this.page.locator(`section[data-transport="${name}"][data-state="${state}"]`).waitFor();
  }

  async publish(name: PanelName, text: string): Promise<void> {
    await this.part(name, 'publish-text').fill(text);
    await this.part(name, 'publish').click();
  }

  async setCut(name: PanelName, cut: boolean): Promise<void> {
    await this.part(name, 'cut').setChecked(cut, { force: true });
    await this.becomes(name, cut ? 'cut' : 'connected');
  }

  /** Resolves when a message of that text stands in the panel. */
  async shows(name: PanelName, text: string): Promise<void> {
    await this.panel(name).locator(`li[data-text="${text}"]`).waitFor({ state: 'attached' });
  }

  /** The texts of a panel, oldest first. */
  async texts(name: PanelName): Promise<string[]> {
    const rows = await this.panel(name)
      .locator('li[data-id]')
      .evaluateAll((items) => items.map((item) => [item.dataset['id'], item.dataset['text']] as const));
    const seq = (id = ''): number => Number(id.slice(id.lastIndexOf('-') + 1));
    return rows.toSorted(([a], [b]) => seq(a) - seq(b)).map(([, text]) => text ?? '');
  }
}
