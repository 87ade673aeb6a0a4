import * as apps from 'kubernetes-models/apps/v1';
import * as autoscaling from 'kubernetes-models/autoscaling/v2';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';

/** As far as a schema names it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
}

interface Model {
  /** Throws what is wrong with `this`. */
  readonly prototype: { readonly validate: () => void };
}

/** From the OpenAPI of Kubernetes. */
const MODELS: Readonly<Record<string, object>> = {
  v1: core,
  'apps/v1': apps,
  'autoscaling/v2': autoscaling,
  'networking.k8s.io/v1': networking,
  'policy/v1': policy,
};

/** Everything that the API of Kubernetes would refuse in an object: wrong values, and fields that it does not know. */
export function problemsOf(object: KubernetesObject): string[] {
  const { apiVersion, kind } = object;
  const model = (MODELS[apiVersion] as Readonly<Record<string, Model>> | undefined)?.[kind];
  if (model === undefined) return [`${apiVersion} ${kind}: unknown`];
  const unread = new Set<string>();
  const unknown = (): string[] => Array.from(unread, (path) => `${path}: unknown`);
  try {
    // Not of a model made of it, which would copy it.
    model.prototype.validate.call(watched(object, '', unread));
    return unknown();
  } catch (error) {
    return [(error as Error).message, ...unknown()];
  }
}

/**
 * A model reads each field that its schema names, and lists the keys where the schema allows any. So what it has not read of a value
 * means nothing to Kubernetes.
 */
function watched(value: unknown, path: string, unread: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const children = new Map<string, unknown>();
  for (const [key, child] of Object.entries(value)) {
    children.set(key, watched(child, `${path}/${key}`, unread));
    unread.add(`${path}/${key}`);
  }
  const isRead = (key: string): unknown => unread.delete(`${path}/${key}`);
  return new Proxy(value, {
    get: (target, key, receiver) => {
      if (typeof key !== 'string' || !children.has(key)) return Reflect.get(target, key, receiver) as unknown;
      isRead(key);
      return children.get(key);
    },
    ownKeys: (target) => {
      for (const key of children.keys()) isRead(key);
      return Reflect.ownKeys(target);
    },
  });
}
