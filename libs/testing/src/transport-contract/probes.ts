import { request } from './http-requests';

/** What every service answers to those who look after it. */
export function testProbes(url: () => string): void {
  describe('probes', () => {
    it.each(['/healthz', '/readyz'])('%s answers 200', async (path) => {
      expect((await request(url() + path)).status).toBe(200);
    });

    it('/metrics answers in the text format of Prometheus', async () => {
      const { status, headers, text } = await request(`${url()}/metrics`);

      expect(status).toBe(200);
      expect(headers.get('content-type')).toMatch(/^text\/plain|^application\/openmetrics-text/);
      expect(text).toMatch(/^# TYPE \w+ (counter|gauge|histogram|summary)$/m);
    });
  });
}
