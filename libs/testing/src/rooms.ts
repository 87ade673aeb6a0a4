import { join } from 'node:path';

/** A NAMESPACES_FILE: the channels of the namespace `room` have members. */
export const ROOMS_FILE = join(__dirname, 'rooms.json');
