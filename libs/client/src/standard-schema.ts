/** What this package uses of a Standard Schema (https://standardschema.dev): a validator of zod, valibot, arktype and others. */
export interface StandardSchema<T> {
  readonly '~standard': {
    readonly version: 1;
    readonly validate: (value: unknown) => Result<T> | Promise<Result<T>>;
  };
}

type Result<T> =
  { readonly value: T; readonly issues?: undefined } | { readonly issues: readonly { readonly message: string }[] };
