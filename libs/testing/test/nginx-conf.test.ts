import { missingDirectives, placesIn, renderConf } from '../src/servers/proxies/nginx-conf';

const places = placesIn('/tmp/here', 8080);

describe('renderConf', () => {
  it('fills in places and settings, and leaves the variables of nginx', () => {
    const conf = 'listen ${PORT}; access_log ${ACCESS_LOG}; proxy_pass ${UPSTREAM}; set $x ${host}; return 200 $uri;';

    expect(renderConf(conf, places, { UPSTREAM: 'http://127.0.0.1:1' })).toBe(
      'listen 8080; access_log /tmp/here/access.log; proxy_pass http://127.0.0.1:1; set $x ${host}; return 200 $uri;',
    );
  });

  it('takes a function of the places', () => {
    expect(renderConf(({ port, dir }) => `${dir} ${port} \${NAME}`, places, { NAME: 'value' })).toBe(
      '/tmp/here 8080 value',
    );
  });
});

describe('missingDirectives', () => {
  it('adds none that the conf has', () => {
    expect(missingDirectives('user x;\ndaemon off;\n  pid /tmp/pid;\n', places)).toBe('');
  });

  it('keeps nginx in the foreground and its pid in the directory', () => {
    expect(missingDirectives('http {}', places)).toMatch('daemon off; pid /tmp/here/nginx.pid;');
  });
});
