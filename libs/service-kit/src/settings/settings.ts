import type { Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { ACCESS_SETTINGS } from './access-settings';
import { loadNamespaces } from '../namespaces/load-namespaces';
import type { NamespacePolicies } from '../namespaces/read-namespaces-file';
import { findContradictions } from './contradictions';
import { EVERYDAY_SETTINGS } from './everyday-settings';
import { FIXED_VALUES, type FixedValues } from './fixed-values';
import { LIMIT_SETTINGS } from './limit-settings';
import { findMisspeltNames } from './misspelt-names';
import { readRelays, type Relays } from './read-relays';
import type { Setting } from './setting-kinds';
import { TUNING_SETTINGS } from './tuning-settings';

/** Every setting of every service, in the groups and the order of the documentation. */
export const SETTING_GROUPS = {
  everyday: EVERYDAY_SETTINGS,
  access: ACCESS_SETTINGS,
  limits: LIMIT_SETTINGS,
  tuning: TUNING_SETTINGS,
} satisfies Record<string, Record<string, Setting>>;

export const SETTINGS = { ...EVERYDAY_SETTINGS, ...ACCESS_SETTINGS, ...LIMIT_SETTINGS, ...TUNING_SETTINGS };

/** The names of all of them in the environment. */
export const SETTING_NAMES: readonly string[] = Object.values(SETTINGS).map(({ env }) => env);

/** The settings of a service with its fixed values; durations in ms, sizes in bytes. */
export type Settings = {
  readonly [K in keyof typeof SETTINGS]: Static<(typeof SETTINGS)[K]['schema']>;
} & FixedValues & {
    /** The policies in NAMESPACES_FILE. */
    readonly namespaces: NamespacePolicies;
    readonly relays: Relays;
  };

type Environment = Readonly<Record<string, string | undefined>>;

/** Defaults of one service. `port` is that of PORT. */
export interface ServiceDefaults {
  readonly port?: number;
}

/** Everything that is wrong with the environment. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('; '));
  }
}

/**
 * Reads the settings in `env`. An unset or empty variable has its default.
 *
 * @throws SettingsError
 */
export function parseSettings(env: Environment, defaults: ServiceDefaults = {}): Settings {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, setting] of Object.entries<Setting>(SETTINGS)) {
    const { given } = sourceOf(name, setting, env, defaults);
    const value = setting.read(given);
    if (value === undefined || !Value.Check(setting.schema, value)) problems.push(describeProblem(setting, given));
    else values[name] = value;
  }
  // Invalid settings are reported already: only the others can contradict each other.
  problems.push(...findContradictions(values));
  const loaded = loadNamespaces(values);
  const { relays, problems: problemsOfRelays } = readRelays(env, SETTING_NAMES);
  problems.push(...loaded.problems, ...problemsOfRelays);
  if (problems.length > 0) throw new SettingsError([...problems, ...misspeltSettings(env)]);
  return { ...FIXED_VALUES, ...values, namespaces: loaded.namespaces, relays } as Settings;
}

/** The text of a setting, and whether it is the default or comes from the environment. */
export function sourceOf(
  name: string,
  setting: Setting,
  env: Environment,
  defaults: ServiceDefaults,
): { given: string; source: 'default' | 'environment' } {
  const given = env[setting.env]?.trim();
  if (given) return { given, source: 'environment' };
  const isOwnPort = name === 'port' && defaults.port !== undefined;
  return { given: isOwnPort ? String(defaults.port) : setting.unset, source: 'default' };
}

/** Names in the environment that are probably misspelt settings, one sentence each. */
export function misspeltSettings(env: Environment): string[] {
  // Any other name that begins like that of a relay is one, or a problem.
  const others = Object.entries(env).filter(([name]) => !name.startsWith('RELAY_'));
  return findMisspeltNames(Object.fromEntries(others), SETTING_NAMES);
}

function describeProblem({ env, wanted, mask }: Setting, given: string): string {
  return `${env} must be ${wanted}${mask === undefined ? `, not "${given}"` : ''}`;
}
