import { API_CALLS, type ApiCall, type ApiCallName } from '@tetracast/message-model';

/** What stands for each parameter of a path, by its name. */
export type Parameters = Readonly<Record<string, string>>;

export const calls = Object.entries(API_CALLS) as unknown as readonly (readonly [ApiCallName, ApiCall])[];

/** The path of a call with these parameters. */
export function pathOf({ path }: ApiCall, parameters: Parameters): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? name));
}

/** The examples of a call's body; one `undefined` if it has none. */
export function bodiesOf({ body }: ApiCall): readonly unknown[] {
  return body === undefined ? [undefined] : (body.examples as unknown[]);
}
