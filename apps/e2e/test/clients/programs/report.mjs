/** The server's URL, the channel, what to publish, and what the row of the table adds. */
export const [url, channel, greeting, ...options] = process.argv.slice(2);

const print = (line) => process.stdout.write(`${line}\n`);

/** Each client says it when it has subscribed, at least the first time. */
export const reportSubscribed = () => print('{"subscribed":true}');
export const reportPublished = ({ id }) => print(JSON.stringify({ published: id }));
/** @param message as JSON text @param cursor from where the client would go on */
export const reportMessage = (message, cursor) => print(`{"message":${message},"cursor":${JSON.stringify(cursor)}}`);
export const reportReset = (reset) => print(`{"reset":${reset}}`);
