/** No browser may take what others published for a script or a page, whatever it looks like (Fetch Standard, section 3.6). */
export const NO_SNIFF = { 'x-content-type-options': 'nosniff' } as const;
