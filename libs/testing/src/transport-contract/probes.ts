import { type ContractContext, itAtTheServer } from './contract-context';
import { request } from './single/http-requests';

/** What every service answers, on its own port, to those who look after it. */
export function testProbes(server: Pick<ContractContext, 'url' | 'start'>): void {
  describe('probes', () => {
    for (const path of ['/healthz', '/readyz']) {
      itAtTheServer(server, `${path} answers 200`, async () => {
        expect((await request(server.url() + path)).status).toBe(200);
      });
    }

    itAtTheServer(server, '/metrics answers in the text format of Prometheus', async () => {
      const { status, headers, text } = await request(`${server.url()}/metrics`);

      expect(status).toBe(200);
      expect(headers.get('content-type')).toMatch(/^text\/plain|^application\/openmetrics-text/);
      expect(text).toMatch(/^# TYPE \w+ (counter|gauge|histogram|summary)$/m);
    });
  });
}
