import { wrongPage } from '@tetracast/message-model';

/** A text for clients that names the next page of a list by where it begins. */
export function encodePage(...begin: readonly (string | number)[]): string {
  return Buffer.from(begin.join(' ')).toString('base64url');
}

/** Where the page begins, as `form` has it in its groups. @throws CodedError `invalid_request` for a text that no server gave out */
export function decodePage(page: string, form: RegExp): readonly string[] {
  const found = form.exec(Buffer.from(page, 'base64url').toString());
  if (found !== null) return found.slice(1);
  throw wrongPage();
}
