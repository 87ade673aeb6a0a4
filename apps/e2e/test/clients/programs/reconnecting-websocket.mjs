import ReconnectingWebSocket from 'reconnecting-websocket';
import { WebSocket } from 'ws';

import { channel, greeting, reportMessage, reportPublished, reportReset, reportSubscribed, url } from './report.mjs';

let cursor;
const nextUrl = () => `${url.replace('http', 'ws')}/ws?channel=${channel}${cursor ? `&after=${cursor}` : ''}`;
const socket = new ReconnectingWebSocket(nextUrl, [], {
  WebSocket,
  minReconnectionDelay: 20,
  maxReconnectionDelay: 100,
});

socket.addEventListener('message', ({ data }) => {
  const { type, ...rest } = JSON.parse(data);
  if (type === 'ack') reportPublished(rest);
  else if (type === 'reset') reportReset(data);
  else if (type === 'message') reportMessage(data, (cursor = rest.cursor ?? rest.id));
  else if (type === 'subscribed' && cursor === undefined) {
    cursor = rest.cursor;
    reportSubscribed();
    socket.send(JSON.stringify({ type: 'publish', channel, data: greeting }));
  }
});
