/** A client that is made of single requests, so that a test says when it polls. */
export async function openPollingByHand(
  url: string,
  auth: object,
): Promise<{ poll: () => Promise<string[]>; post: (...packets: string[]) => Promise<number> }> {
  const base = `${url}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(base)).text()).slice(1)) as { sid: string };
  const line = `${base}&sid=${sid}`;
  const poll = async (): Promise<string[]> => (await (await fetch(line)).text()).split('\x1e');
  const post = async (...packets: string[]): Promise<number> =>
    (await fetch(line, { method: 'POST', body: packets.join('\x1e') })).status;
  await post(`40${JSON.stringify(auth)}`);
  for (let packets: string[] = []; !packets.some((packet) => packet.includes('tetracast:ready'));)
    packets = await poll();
  return { poll, post };
}
