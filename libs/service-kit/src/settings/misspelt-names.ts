import { distance } from 'fastest-levenshtein';

/** Shorter names are similar to names that other programs use. */
const MIN_STEM_LENGTH = 8;

/**
 * Finds names in an environment that are not settings but similar to one, and returns a sentence for each. It ignores all other
 * names, which belong to other programs.
 */
export function findMisspeltNames(
  env: Readonly<Record<string, string | undefined>>,
  settings: readonly string[],
): string[] {
  return Object.entries(env).flatMap(([given, value]) => {
    if (!value?.trim() || settings.includes(given)) return [];
    const meant = nearestSetting(given, settings);
    return meant === undefined ? [] : [`${given} is not a setting and has no effect: did you mean ${meant}?`];
  });
}

function nearestSetting(given: string, settings: readonly string[]): string | undefined {
  const name = given.toUpperCase();
  const near = settings
    .map((setting) => ({ setting, edits: editsBetween(name, setting) }))
    .filter(({ setting, edits }) => edits <= (setting.length < MIN_STEM_LENGTH ? 1 : 2))
    .sort((a, b) => a.edits - b.edits);
  return near[0]?.setting ?? settings.find((setting) => extendsOther(name, setting));
}

/** The number of letters that differ, with the words in any order: TOKEN_AGE_MAX is MAX_TOKEN_AGE. */
function editsBetween(name: string, setting: string): number {
  return Math.min(distance(name, setting), distance(sortWords(name), sortWords(setting)));
}

function sortWords(name: string): string {
  return name.split('_').sort().join('_');
}

/** Whether one name is the other with more words: FANOUT_WINDOW_MS, HEARTBEAT. */
function extendsOther(name: string, setting: string): boolean {
  const [short = '', long = ''] = [name, setting].sort((a, b) => a.length - b.length);
  return short.length >= MIN_STEM_LENGTH && long.startsWith(`${short}_`);
}
