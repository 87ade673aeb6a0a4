/** Words that cost a reader a second reading, and words of a dialect that the glossary replaces. */
const BANNED = [
  'whoever',
  'anew',
  '(?:am|is|are|was|were|be|been|being) told',
  'of its own',
  'of their own',
  'so far as',
  'good again',
  'gatekeeper',
  'permits?',
  'twins?',
  'heeds?',
  'for want of',
  'to be had',
];

const PATTERN = new RegExp(`\\b(?:${BANNED.join('|').replaceAll(' ', '\\s+(?://|\\*|#)?\\s*')})\\b`, 'gi');

/** The banned words in `text`, also over the end of a line of prose or of a comment. */
export const bannedWordsIn = (text: string): string[] => text.match(PATTERN) ?? [];
