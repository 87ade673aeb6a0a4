import { sourceOf, SETTING_GROUPS, type ServiceDefaults } from './settings';
import type { Setting } from './setting-kinds';

/** Every setting with its effective value and its source, as lines of text. Secrets are masked. */
export function printSettings(
  env: Readonly<Record<string, string | undefined>>,
  defaults: ServiceDefaults = {},
): string {
  return Object.entries(SETTING_GROUPS)
    .map(([group, settings]) => `# ${group}\n${tableOf(Object.entries(settings), env, defaults)}`)
    .join('\n');
}

function tableOf(
  settings: readonly (readonly [string, Setting])[],
  env: Readonly<Record<string, string | undefined>>,
  defaults: ServiceDefaults,
): string {
  const rows = settings.map(([name, setting]) => {
    const { given, source } = sourceOf(name, setting, env, defaults);
    return [setting.env, setting.mask?.(given) ?? given, source] as const;
  });
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}\n`).join('');
}
