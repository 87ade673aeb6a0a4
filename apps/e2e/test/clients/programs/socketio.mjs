import {
  channel,
  greeting,
  options,
  reportMessage,
  reportPublished,
  reportReset,
  reportSubscribed,
  url,
} from './report.mjs';

const [library, recovery, ...transports] = options;
const { io } = await import(library);

let after;
const channels = [channel];
const socket = io(url, {
  // Clients before 4.6 have no recovery of their own, so they say from where to go on.
  auth: recovery === 'recovers' ? { channels } : (answer) => answer({ channels, after }),
  reconnectionDelay: 20,
  reconnectionDelayMax: 100,
  ...(transports.length > 0 ? { transports } : {}),
});

socket.onAny((event, ...args) => {
  const [data, info, cursor] = args;
  after = args[args.length - 1];
  if (event === 'tetracast:reset') reportReset(JSON.stringify(data));
  if (!event.startsWith('tetracast:')) reportMessage(JSON.stringify({ ...info, data }), cursor);
});
socket.once('tetracast:ready', () => {
  reportSubscribed();
  socket.emit('publish', { channel, data: greeting }, reportPublished);
});
