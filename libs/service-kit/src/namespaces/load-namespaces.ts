import { configuredKeys } from '@tetracast/session';
import type { Settings } from '../settings/settings';
import { type NamespacePolicies, NamespacesFileError, readNamespacesFile } from './read-namespaces-file';

const NONE: NamespacePolicies = new Map();

/** The policies in NAMESPACES_FILE, and what is wrong with the file or contradicts other settings. */
export function loadNamespaces(settings: Partial<Settings>): {
  readonly namespaces: NamespacePolicies;
  readonly problems: readonly string[];
} {
  const { namespacesFile } = settings;
  if (namespacesFile === undefined || namespacesFile === '') return { namespaces: NONE, problems: [] };
  const about = `NAMESPACES_FILE=${namespacesFile}`;
  try {
    const namespaces = readNamespacesFile(namespacesFile);
    return { namespaces, problems: findContradictions(namespaces, settings).map((problem) => `${about}: ${problem}`) };
  } catch (error) {
    if (!(error instanceof NamespacesFileError)) throw error;
    return { namespaces: NONE, problems: error.problems.map((problem) => `${about}: ${problem}`) };
  }
}

function findContradictions(namespaces: NamespacePolicies, settings: Partial<Settings>): string[] {
  const { historyNamespaces = {} } = settings;
  const hasKeys = configuredKeys(settings) !== undefined;
  return [...namespaces].flatMap(([name, { history, subscribe, publish }]) => [
    ...(history !== undefined && Object.hasOwn(historyNamespaces, name)
      ? [`HISTORY_NAMESPACES has the history of ${name}, too: remove one of them`]
      : []),
    ...(!hasKeys && (subscribe === 'token' || publish === 'token')
      ? [
          `${name} needs tokens, but the service accepts none: set AUTH_SECRET, AUTH_PUBLIC_KEY or AUTH_JWKS_URL, or write "public"`,
        ]
      : []),
  ]);
}
