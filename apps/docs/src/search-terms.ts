const HAN = /\p{Script=Han}+|\P{Script=Han}+/gu;

/**
 * The words of a text for the search index. Chinese has no spaces between its words, so each two neighbouring characters are a term.
 */
export function searchTerms(text: string): string[] {
  return text.split(/[\n\r\p{Z}\p{P}]+/u).flatMap((word) => (word.match(HAN) ?? []).flatMap(termsOf));
}

function termsOf(part: string): string[] {
  const characters = Array.from(part);
  if (characters.length < 3 || !/\p{Script=Han}/u.test(part)) return [part];
  return characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`);
}

/** How much a match in this part of the site counts, by the address of the part: a decision record says why, after the pages say how. */
export function weightOf(address: string): number {
  return address.includes('/decisions/') ? 0.1 : 1;
}

/**
 * Gives both to the options of the search. The site carries its options as JSON, and would need `eval` for a function in them; so this
 * stays out of the JSON, and is called in the build and in the browser.
 */
export function addSearchRules(options: object): void {
  Object.defineProperty(options, 'miniSearch', {
    value: { options: { tokenize: searchTerms }, searchOptions: { boostDocument: weightOf } },
    enumerable: false,
    // The build calls it for each page.
    configurable: true,
  });
}
