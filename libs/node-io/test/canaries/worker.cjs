// Listens as a worker of a cluster, and never answers: the canary looks at what the primary process sends.
require('node:net')
  .createServer((socket) => socket.end('taken'))
  .listen(0, '127.0.0.1');
