import { parseSettings, SettingsError } from '../src/settings/settings';

/** All that is wrong with an environment. */
export function problemsIn(env: Record<string, string>): readonly string[] {
  try {
    parseSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}
