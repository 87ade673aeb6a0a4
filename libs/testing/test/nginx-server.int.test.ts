import { existsSync } from 'node:fs';
import { type NginxServer, pollUntil, startNginx } from '../src';

const conf = (body: string): string => `
error_log \${ERROR_LOG} notice;
events {}
http {
  access_log \${ACCESS_LOG};
  \${TEMP_PATHS}
  server {
    listen 127.0.0.1:\${PORT};
    location / { ${body} }
  }
}`;

const get = async (url: string): Promise<string> => (await fetch(url, { headers: { connection: 'close' } })).text();

/** nginx writes its log after the client has its answer. */
async function untilLogged(nginx: NginxServer, text: string): Promise<void> {
  await pollUntil(
    () => nginx.accessLog(),
    (logged) => logged.includes(text),
  );
}

describe('startNginx', () => {
  it('serves what the conf says, and leaves nothing behind', async () => {
    const nginx = await startNginx({ conf: conf('return 200 "${WORD} $uri";'), env: { WORD: 'hello' } });

    expect(await get(`${nginx.url}/there`)).toBe('hello /there');
    await untilLogged(nginx, 'GET /there');
    expect(await nginx.errorLog()).toContain('start worker process');

    await nginx.close();
    expect(() => process.kill(nginx.pid, 0)).toThrow('ESRCH');
    expect(existsSync(nginx.dir)).toBe(false);
  });

  it('takes a function for the conf, files beside it, and a log on standard output', async () => {
    await using nginx = await startNginx({
      conf: ({ port, tempDir, dir }) => `
        events {}
        http {
          access_log /dev/stdout;
          client_body_temp_path ${tempDir};
          server { listen 127.0.0.1:${port}; root ${dir}; }
        }`,
      files: { 'page.txt': 'from a file' },
    });

    expect(await get(`${nginx.url}/page.txt`)).toBe('from a file');
    await untilLogged(nginx, 'GET /page.txt');
  });

  it('reloads another conf', async () => {
    await using nginx = await startNginx({ conf: conf('return 200 one;') });
    expect(await get(nginx.url)).toBe('one');

    await nginx.reload(conf('return 200 two;'));

    expect(await get(nginx.url)).toBe('two');
  });

  it('rejects the reload of a bad conf, and serves on', async () => {
    await using nginx = await startNginx({ conf: conf('return 200 one;') });

    await expect(nginx.reload(conf('no_such_directive;'))).rejects.toThrow('no_such_directive');

    expect(await get(nginx.url)).toBe('one');
  });

  it('says what nginx says about a bad conf', async () => {
    await expect(startNginx({ conf: conf('no_such_directive;') })).rejects.toThrow(
      /^nginx ended before it was ready \(exit code 1\)[^]*unknown directive "no_such_directive"/,
    );
  });
});
