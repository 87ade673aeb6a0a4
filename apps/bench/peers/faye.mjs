/** faye's Bayeux server with its defaults, over WebSocket. */
import { createServer } from 'node:http';

import faye from 'faye';

const bayeux = new faye.NodeAdapter({ mount: '/faye', timeout: 45 });
const http = createServer((_request, response) => response.end('ready'));
bayeux.attach(http);
http.listen(Number(process.env.PORT), '127.0.0.1');
