import { CHANNEL_MAX_BYTES, isChannel, namespaceOf, utf8Length } from '@tetracast/message-model';

/** Longest pattern, in bytes of UTF-8, with `{sub}` as it is written. */
const PATTERN_MAX_BYTES = CHANNEL_MAX_BYTES;

const SUBJECT = '{sub}';
const ALL = '*';
const ALL_OF_NAMESPACE = ':*';

const NO_NAMESPACES: ReadonlySet<string> = new Set();

/**
 * Whether `text` names channels: a channel; `ns:*`, every channel of the namespace `ns`; or `*`, every channel. `{sub}`
 * anywhere in it is replaced by the subject of the token.
 */
export function isPattern(text: string): boolean {
  if (text.length > PATTERN_MAX_BYTES || utf8Length(text) > PATTERN_MAX_BYTES) return false;
  const example = text.replaceAll(SUBJECT, 'a');
  return example === ALL || namespaceIn(example) !== undefined || isChannel(example);
}

/** Patterns prepared for many checks: two hash look-ups per channel. A text that is not a pattern covers nothing. */
export class ChannelPatterns {
  private readonly names = new Set<string>();
  private readonly namespaces = new Set<string>();
  /** Whether every channel is covered, but for those that begin with `$`. */
  readonly isAll: boolean;

  /**
   * @param subject Stands for `{sub}` if it can be one part of a channel name; otherwise such patterns cover nothing.
   * @param closed Namespaces that no pattern covers.
   */
  constructor(
    patterns: readonly string[],
    subject?: string,
    private readonly closed: ReadonlySet<string> = NO_NAMESPACES,
  ) {
    this.isAll = patterns.includes(ALL);
    for (const pattern of patterns) {
      const text = withSubject(pattern, subject);
      const namespace = text === undefined ? undefined : namespaceIn(text);
      if (namespace !== undefined) this.namespaces.add(namespace);
      else if (isChannel(text)) this.names.add(text);
    }
  }

  /** Whether no channel is covered. */
  get isNone(): boolean {
    return !this.isAll && this.names.size === 0 && this.namespaces.size === 0;
  }

  /** Whether one of the patterns covers this channel. None covers a name that begins with `$`, which is internal. */
  cover(channel: string): boolean {
    if (this.closed.size > 0 && this.closed.has(namespaceOf(channel) ?? '')) return false;
    if (this.names.has(channel)) return true;
    if (this.isAll) return !channel.startsWith('$');
    if (this.namespaces.size === 0) return false;
    const namespace = namespaceOf(channel);
    return namespace !== undefined && this.namespaces.has(namespace);
  }
}

/** The `ns` of `ns:*`. */
function namespaceIn(pattern: string): string | undefined {
  if (!pattern.endsWith(ALL_OF_NAMESPACE)) return undefined;
  const namespace = pattern.slice(0, -ALL_OF_NAMESPACE.length);
  return isNamePart(namespace) ? namespace : undefined;
}

function withSubject(pattern: string, subject: string | undefined): string | undefined {
  if (!pattern.includes(SUBJECT)) return pattern;
  if (subject === undefined || !isSubjectPart(subject)) return undefined;
  // A function, since `$&` and the like have a meaning in a replacement text.
  return pattern.replaceAll(SUBJECT, () => subject);
}

// A colon would turn `dm:{sub}` into a channel of another form (`dm:ann:notes`), and a `*` into a wildcard. The check of the
// channel name rejects every other character that is not allowed.
const isSubjectPart = (subject: string): boolean => /^[^:*]+$/.test(subject);

const isNamePart = (text: string): boolean => !text.includes(':') && isChannel(text);
