/** Characters on which a terminal acts instead of showing them, but for the tab. */
const CONTROL = /(?!\t)\p{Cc}/gu;

/** A text that others wrote, as one line that a terminal only shows. What JSON has in strings stays JSON with the same value. */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) => {
    if (character === '\n') return '\\n';
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** A value as one line of JSON. */
export const printableJson = (value: unknown): string => printable(JSON.stringify(value));
