import { printRelays } from './read-relays';
import { sourceOf, SETTING_GROUPS, SETTING_NAMES, type ServiceDefaults } from './settings';
import type { Setting } from './setting-kinds';

/** Every setting with its effective value and its source, as lines of text. Secrets are masked. */
export function printSettings(
  env: Readonly<Record<string, string | undefined>>,
  defaults: ServiceDefaults = {},
): string {
  const groups = Object.entries(SETTING_GROUPS).map(
    ([group, settings]) => `# ${group}\n${tableOf(rowsOf(Object.entries(settings), env, defaults))}`,
  );
  const relays = printRelays(env, SETTING_NAMES);
  if (relays.length > 0) groups.push(`# relays\n${tableOf(relays.map((row) => [...row, 'environment']))}`);
  return groups.join('\n');
}

function rowsOf(
  settings: readonly (readonly [string, Setting])[],
  env: Readonly<Record<string, string | undefined>>,
  defaults: ServiceDefaults,
): (readonly string[])[] {
  return settings.map(([name, setting]) => {
    const { given, source } = sourceOf(name, setting, env, defaults);
    return [setting.env, setting.mask?.(given) ?? given, source];
  });
}

function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}\n`).join('');
}
