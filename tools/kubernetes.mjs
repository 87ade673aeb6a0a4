/**
 * The manifests of the services in deploy/kubernetes, from each one's `src/service.json`: a Deployment and a Service in the base, and what
 * scales them in the overlay `production`.
 *
 * `node tools/kubernetes.mjs` names the files that are out of date, `--write` writes them.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { services } from './services.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDER = 'deploy/kubernetes';

/**
 * Connections of a process above which another one is started: so many, and the process, fit the memory that it requests
 * (docs/sizing.md). What they receive is limited by processor time, the other metric. Services that are not here have no connections
 * that last.
 */
const CONNECTIONS = { websocket: 20_000, socketio: 10_000, sse: 20_000, polling: 5000 };

/** Written by this program: the first line says so. */
const HEAD = '# Written by tools/kubernetes.mjs.\n';

const base = ({ name, defaultPort }) => `${HEAD}apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: { app.kubernetes.io/name: ${name}, app.kubernetes.io/part-of: tetracast }
spec:
  selector:
    matchLabels: { app.kubernetes.io/name: ${name} }
  strategy:
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }
  template:
    metadata:
      labels: { app.kubernetes.io/name: ${name}, app.kubernetes.io/part-of: tetracast, tetracast/role: service }
      annotations: { prometheus.io/scrape: 'true', prometheus.io/port: '${defaultPort}' }
    spec:
      # Longer than the preStop hook, DRAIN_TIMEOUT (5 s) and the 3 s in which the service closes the rest.
      terminationGracePeriodSeconds: 25
      automountServiceAccountToken: false
      # Their variables, such as API_PORT, look like settings.
      enableServiceLinks: false
      securityContext:
        runAsNonRoot: true
        # "node" in the image.
        runAsUser: 1000
        runAsGroup: 1000
        seccompProfile: { type: RuntimeDefault }
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: { app.kubernetes.io/name: ${name} }
      containers:
        - name: ${name}
          image: tetracast-${name}
          imagePullPolicy: IfNotPresent
          env:
            - { name: HOST, value: 0.0.0.0 }
            - { name: PORT, value: '${defaultPort}' }
          envFrom:
            - configMapRef: { name: tetracast }
            - secretRef: { name: tetracast }
          ports:
            - { name: http, containerPort: ${defaultPort} }
          startupProbe:
            httpGet: { path: /healthz, port: http }
            periodSeconds: 1
            failureThreshold: 60
          # Not ready as soon as Redis cannot be used, or the service stops.
          readinessProbe:
            httpGet: { path: /readyz, port: http }
            periodSeconds: 2
            timeoutSeconds: 2
            failureThreshold: 2
          livenessProbe:
            httpGet: { path: /healthz, port: http }
            periodSeconds: 10
            timeoutSeconds: 5
          lifecycle:
            # SIGTERM only after the gateway has learned that this pod leaves.
            preStop:
              exec: { command: [sleep, '10'] }
          # docs/sizing.md. No limit of processor time: a throttled process delays every message.
          resources:
            requests: { cpu: 250m, memory: 320Mi }
            limits: { memory: 640Mi }
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }
          volumeMounts:
            - { name: tmp, mountPath: /tmp }
      volumes:
        - name: tmp
          emptyDir: { medium: Memory, sizeLimit: 16Mi }
---
# Without an address: its name leads to every ready pod, and the gateway tries another one when a pod does not answer.
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  labels: { app.kubernetes.io/name: ${name}, app.kubernetes.io/part-of: tetracast }
spec:
  clusterIP: None
  selector: { app.kubernetes.io/name: ${name} }
  ports:
    - { name: http, port: ${defaultPort}, targetPort: http }
`;

const metricOf = (name) =>
  name in CONNECTIONS
    ? `    # From Prometheus, by an adapter for custom metrics: docs/kubernetes.md.
    - type: Pods
      pods:
        metric: { name: tetracast_connections }
        target: { type: AverageValue, averageValue: '${CONNECTIONS[name]}' }
`
    : '';

const scaling = ({ name }) => `${HEAD}apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: ${name}
  labels: { app.kubernetes.io/name: ${name}, app.kubernetes.io/part-of: tetracast }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: ${name} }
  minReplicas: 2
  maxReplicas: 20
  metrics:
${metricOf(name)}    # From the metrics server. A process uses one core.
    - type: Resource
      resource:
        name: cpu
        target: { type: AverageValue, averageValue: 600m }
  behavior:
    # Each pod that goes moves its clients to the others.
    scaleDown:
      stabilizationWindowSeconds: 600
      policies:
        - { type: Pods, value: 1, periodSeconds: 120 }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: ${name}
  labels: { app.kubernetes.io/name: ${name}, app.kubernetes.io/part-of: tetracast }
spec:
  maxUnavailable: 1
  selector:
    matchLabels: { app.kubernetes.io/name: ${name} }
`;

const files = services.flatMap((service) => [
  [`${FOLDER}/base/${service.name}.yaml`, base(service)],
  [`${FOLDER}/overlays/production/${service.name}.yaml`, scaling(service)],
]);

for (const [file, wanted] of files) {
  const path = join(ROOT, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === wanted) continue;
  if (process.argv[2] === '--write') writeFileSync(path, wanted);
  else {
    console.log(`${file} is not what the services' descriptors say: run node tools/kubernetes.mjs --write`);
    process.exitCode = 1;
  }
}
