import { describeAllTransports } from './all-transports';

const url = process.env['TETRACAST_URL'];
if (url === undefined) throw new Error('TETRACAST_URL names no deployment');

describeAllTransports('', { url: () => url });
