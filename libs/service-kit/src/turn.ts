interface Member {
  /** The turn of the event loop is over. */
  endTurn(): void;
}

const members = new Set<Member>();

/** Has `member.endTurn` called once when this turn of the event loop is over: one immediate for any number of members. */
export function atEndOfTurn(member: Member): void {
  if (members.size === 0) setImmediate(endTurn);
  members.add(member);
}

function endTurn(): void {
  const ended = [...members];
  members.clear();
  for (const member of ended) member.endTurn();
}
