export { printSettings } from './print-settings';
export { parseSettings } from './settings';
