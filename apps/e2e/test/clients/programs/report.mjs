/** What the story gives a program: where to connect, the channel, what to publish, and what its row adds. */
export const [url, channel, greeting, ...options] = process.argv.slice(2);

const print = (line) => process.stdout.write(`${line}\n`);

export const reportSubscribed = () => print('{"subscribed":true}');
export const reportPublished = ({ id }) => print(JSON.stringify({ published: id }));
/** @param message as JSON text @param cursor from where the client would go on */
export const reportMessage = (message, cursor) => print(`{"message":${message},"cursor":${JSON.stringify(cursor)}}`);
export const reportReset = (reset) => print(`{"reset":${reset}}`);
