/** The channel of the lab, which its address names. */
export const channel = new URLSearchParams(location.search).get('channel')?.trim() || 'lab';
