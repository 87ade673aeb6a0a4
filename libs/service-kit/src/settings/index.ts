export { printSettings } from './print-settings';
export { parseSettings, SettingsError } from './settings';
