/** A request of the routes of the relay. */
export interface RelayRoute {
  readonly Params: { readonly name: string; readonly '*'?: string };
  readonly Querystring: Readonly<Record<string, unknown>>;
  readonly Body: Buffer | undefined;
}
