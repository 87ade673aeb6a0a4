/** The command `tetracast` in a container of the services, which uses the gateway. */
export async function checkCommand(check, expect, compose, channel) {
  const tetracast = (...args) => compose('exec', '-T', 'polling', 'npx', 'tetracast', ...args);
  await check('the command in a container publishes and subscribes, through the gateway', async () => {
    const id = await tetracast('pub', channel, 'from the command');
    const printed = await tetracast('sub', channel, '--rewind', '1', '--count', '1', '--json');
    expect(JSON.parse(printed).id === id, printed);
  });
}
