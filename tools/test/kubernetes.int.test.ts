import { spawnProcess } from '@tetracast/testing';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { problemsOf } from './kubernetes-schemas';
import { readText, ROOT, workspacePaths } from './workspace-files';

interface Container {
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly envFrom?: readonly object[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe?: object;
  readonly readinessProbe: object;
  readonly livenessProbe: object;
  readonly resources: { readonly requests: { readonly memory: string } };
  readonly securityContext: object;
  readonly lifecycle: { readonly preStop: { readonly exec: { readonly command: readonly [string, string] } } };
}

interface Pod {
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: object;
  readonly containers: readonly [Container];
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: { readonly template: { readonly spec: Pod } };
}

interface Settings {
  readonly SETTINGS: Readonly<Record<string, { readonly env: string }>>;
  readonly parseSettings: (env: object) => { readonly drainTimeoutMs: number };
}

interface Costs {
  readonly BY_TRANSPORT: Readonly<
    Record<string, Readonly<Record<'process' | 'connection', { readonly value: number }>>>
  >;
}

const OVERLAYS = ['small', 'production'] as const;
const NAMESPACE = 'tetracast';
const { SETTINGS, parseSettings } = jest.requireActual<Settings>(
  join(ROOT, 'libs/service-kit/src/settings/settings.ts'),
);
const { BY_TRANSPORT } = jest.requireActual<Costs>(join(ROOT, 'apps/cli/src/size/costs.ts'));
const gatewaySettings = Object.fromEntries(
  [...readText('apps/gateway/settings.env').matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [
    name,
    value,
  ]),
);

const services = workspacePaths
  .filter((path) => /^apps\/[^/]+\/src\/service\.json$/.test(path))
  .map((path) => JSON.parse(readText(path)) as { readonly name: string; readonly defaultPort: number });

async function render(overlay: string): Promise<Manifest[]> {
  let text = '';
  const kubectl = await spawnProcess({
    command: 'kubectl',
    args: ['kustomize', join(ROOT, 'deploy/kubernetes/overlays', overlay)],
    install: 'sudo apt-get install -y kubernetes-client',
    onStdout: (chunk) => void (text += chunk),
  });
  const { code } = await kubectl.exited;
  if (code !== 0) throw new Error(`kubectl kustomize: ${kubectl.output()}`);
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

const rendered = new Map<string, readonly Manifest[]>();
beforeAll(async () => {
  for (const overlay of OVERLAYS) rendered.set(overlay, await render(overlay));
});

const all = (overlay: string, ...kinds: readonly string[]): Manifest[] =>
  (rendered.get(overlay) ?? []).filter(({ kind }) => kinds.includes(kind));
/** The generated names end in a hash. */
const nameOf = ({ kind, metadata: { name } }: Manifest): string =>
  kind === 'ConfigMap' ? name.replace(/-[^-]+$/, '') : name;
const namesOf = (overlay: string, kind: string): string[] => all(overlay, kind).map(nameOf).sort();

function one(overlay: string, kind: string, name: string): Manifest {
  const found = all(overlay, kind).find((manifest) => nameOf(manifest) === name);
  if (found === undefined) throw new Error(`no ${kind} ${name} in the overlay ${overlay}`);
  return found;
}

const podOf = ({ spec }: Manifest): Pod => spec.template.spec;
const containerOf = (manifest: Manifest): Container => podOf(manifest).containers[0];
const megabytes = (quantity: string): number => (Number.parseInt(quantity, 10) * 1024 ** 2) / 1e6;

/** How long a pod may take to end, less what passes before its program gets the signal. */
function secondsAfterSignal(deployment: Manifest): number {
  const [sleep, seconds] = containerOf(deployment).lifecycle.preStop.exec.command;
  expect(sleep).toBe('sleep');
  return podOf(deployment).terminationGracePeriodSeconds - Number(seconds);
}

describe('the manifests of the services', () => {
  it('are what tools/kubernetes.mjs writes from their descriptors', () => {
    expect(execFileSync(process.execPath, [join(ROOT, 'tools/kubernetes.mjs')], { encoding: 'utf8' })).toBe('');
  });
});

describe('the check of manifests', () => {
  const pod = (container: object): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', labels: { any: 'text' } },
    spec: { containers: [{ name: 'a', image: 'a', ...container }] },
  });
  const problems = (container: object): string[] => problemsOf(pod(container) as Manifest);

  it('lets the truth pass, and finds wrong values, missing and unknown fields', () => {
    expect(problems({ ports: [{ containerPort: 80 }] })).toEqual([]);
    expect(problems({ ports: [{ containerPort: '80' }] })).toEqual([
      expect.stringMatching(/^data\/spec\/containers\/0\/ports\/0\/containerPort must be /),
    ]);
    expect(problems({ ports: [{ name: 'http' }] })).toEqual([
      expect.stringContaining('required property containerPort'),
    ]);
    expect(problems({ livenesProbe: {} })).toEqual(['/spec/containers/0/livenesProbe: unknown']);
  });
});

describe.each(OVERLAYS)('the overlay %s', (overlay) => {
  it('has objects that the API of Kubernetes knows', () => {
    const manifests = rendered.get(overlay) ?? [];
    expect(manifests.length).toBeGreaterThan(20);
    expect(
      manifests.flatMap((each) => problemsOf(each).map((problem) => `${each.kind} ${each.metadata.name}${problem}`)),
    ).toEqual([]);
  });

  it('has everything in one namespace, and no secret', () => {
    const others = (rendered.get(overlay) ?? []).filter(({ metadata }) => metadata.namespace !== NAMESPACE);
    expect(others.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([`Namespace ${NAMESPACE}`]);
    expect(namesOf(overlay, 'Secret')).toEqual([]);
  });

  it('runs the services of the product and the gateway', () => {
    const names = [...services.map(({ name }) => name), 'gateway'].sort();
    expect(namesOf(overlay, 'Deployment')).toEqual(names);
    expect(namesOf(overlay, 'Service').filter((name) => name !== 'redis')).toEqual(names);
  });

  it.each(services)('runs $name on its port, with the settings and the secret', ({ name, defaultPort }) => {
    const container = containerOf(one(overlay, 'Deployment', name));
    const settings = one(overlay, 'ConfigMap', 'tetracast').metadata.name;
    expect(container.image.replace(/:.*$/, '').replace(/^.*\//, '')).toBe(`tetracast-${name}`);
    expect(container.env).toEqual([
      { name: 'HOST', value: '0.0.0.0' },
      { name: 'PORT', value: String(defaultPort) },
    ]);
    expect(container.envFrom).toEqual([{ configMapRef: { name: settings } }, { secretRef: { name: 'tetracast' } }]);
    expect(container.ports).toEqual([{ name: 'http', containerPort: defaultPort }]);
    expect(one(overlay, 'Service', name).spec).toMatchObject({
      selector: { 'app.kubernetes.io/name': name },
      ports: [{ port: defaultPort, targetPort: 'http' }],
    });
    expect(container).toMatchObject({
      startupProbe: { httpGet: { path: '/healthz', port: 'http' } },
      readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
      livenessProbe: { httpGet: { path: '/healthz', port: 'http' } },
    });
  });

  it.each(services)('tells the gateway where $name is', ({ name, defaultPort }) => {
    const address = one(overlay, 'ConfigMap', 'gateway').data?.[`UPSTREAM_${name.toUpperCase()}`];
    expect(address).toBe(`${name}.${NAMESPACE}.svc.cluster.local:${defaultPort}`);
  });

  it('runs the gateway on its port', () => {
    const { ports } = containerOf(one(overlay, 'Deployment', 'gateway'));
    const [, tlsPort] = /^ *listen (\d+) ssl/m.exec(readText('apps/gateway/conf/tls.conf.template')) ?? [];
    const expected = [{ name: 'http', containerPort: Number(gatewaySettings['LISTEN']) }];
    const tls = [{ name: 'https', containerPort: Number(tlsPort) }];
    expect(ports.toSorted((a, b) => a.containerPort - b.containerPort)).toEqual([
      ...expected,
      ...(overlay === 'production' ? tls : []),
    ]);
  });

  it('sets only settings that exist, with values that the services can read', () => {
    const data = one(overlay, 'ConfigMap', 'tetracast').data ?? {};
    expect(Object.values(SETTINGS).map(({ env }) => env)).toEqual(expect.arrayContaining(Object.keys(data)));
    expect(() => parseSettings({ ...data, NAMESPACES_FILE: join(ROOT, 'namespaces.yaml') })).not.toThrow();
    const gateway = Object.keys(one(overlay, 'ConfigMap', 'gateway').data ?? {});
    expect(Object.keys(gatewaySettings)).toEqual(expect.arrayContaining(gateway));
  });

  it('gives programs the time to end that they take', () => {
    // DRAIN_TIMEOUT, and what run-service.ts adds to it.
    const data = one(overlay, 'ConfigMap', 'tetracast').data ?? {};
    const { drainTimeoutMs } = parseSettings({ DRAIN_TIMEOUT: data['DRAIN_TIMEOUT'] });
    const [, marginMs] = /CLOSE_MARGIN_MS = (\d+)/.exec(readText('libs/service-kit/src/run-service.ts')) ?? [];
    for (const { name } of services) {
      expect(secondsAfterSignal(one(overlay, 'Deployment', name))).toBeGreaterThan(
        (drainTimeoutMs + Number(marginMs)) / 1000,
      );
    }
    const [, shutdown] =
      /worker_shutdown_timeout (\d+)s;/.exec(readText('apps/gateway/conf/gateway.conf.template')) ?? [];
    expect(secondsAfterSignal(one(overlay, 'Deployment', 'gateway'))).toBeGreaterThan(Number(shutdown));
  });

  it('runs every pod without root, capabilities and a writable file system', () => {
    for (const manifest of all(overlay, 'Deployment', 'StatefulSet')) {
      expect(podOf(manifest)).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(containerOf(manifest).securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
    expect(one(overlay, 'Namespace', NAMESPACE).metadata).toMatchObject({
      labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
    });
  });

  it('refuses all connections but those that it names', () => {
    expect(one(overlay, 'NetworkPolicy', 'nothing').spec).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
    const named = ['api', 'gateway', 'names', 'nothing', 'services', 'socketio'];
    expect(namesOf(overlay, 'NetworkPolicy').filter((name) => name !== 'redis')).toEqual(named);
  });
});

describe('the overlay production', () => {
  const names = [...services.map(({ name }) => name), 'gateway'];

  it.each(names)('has at least two pods of %s, and one at a time may be taken away', (name) => {
    expect(one('production', 'HorizontalPodAutoscaler', name).spec).toMatchObject({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: 2,
    });
    expect(one('production', 'PodDisruptionBudget', name).spec).toMatchObject({
      maxUnavailable: 1,
      selector: { matchLabels: { 'app.kubernetes.io/name': name } },
    });
  });

  it.each(Object.entries(BY_TRANSPORT))(
    'starts another pod of %s before its connections need more than its memory',
    (name, costs) => {
      const metric = { name: 'tetracast_connections' };
      const { spec } = one('production', 'HorizontalPodAutoscaler', name) as unknown as {
        spec: { metrics: readonly { pods?: { metric: object; target: { averageValue: string } } }[] };
      };
      const target = spec.metrics.find(({ pods }) => pods !== undefined)?.pods;
      expect(target?.metric).toEqual(metric);
      expect(readText('libs/service-kit/src/observability/metrics.ts')).toContain(`'${metric.name}'`);
      const needed = costs.process.value + (Number(target?.target.averageValue) * costs.connection.value) / 1000;
      expect(needed).toBeLessThan(
        megabytes(containerOf(one('production', 'Deployment', name)).resources.requests.memory),
      );
    },
  );
});
