import fc from 'fast-check';

/** Something valid with at most two members that are odd: what is wrong in every part is refused for the first of them. */
export function withOddMembers(
  valid: fc.Arbitrary<object>,
  odd: Readonly<Record<string, fc.Arbitrary<unknown>>>,
): fc.Arbitrary<Record<string, unknown>> {
  const members = fc.oneof(
    ...Object.entries(odd).map(([name, values]) => values.map((value): [string, unknown] => [name, value])),
  );
  return fc
    .tuple(valid, fc.array(members, { maxLength: 2 }))
    .map(([base, oddities]) => ({ ...base, ...Object.fromEntries(oddities) }));
}
