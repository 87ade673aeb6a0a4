/**
 * What the hub does for a connection now:
 *
 * - `catching-up`: its pump reads on from its position, from the windows or from the message log. Every connection begins so,
 *   and waits so while the message log is unavailable.
 * - `live`: it is at the end of all its channels; each turn's messages go straight to its sink.
 * - `full`: its sink holds more than the high-water mark; nothing is delivered until the sink has drained.
 * - `closed`: its transport is gone or was closed. Final.
 *
 * ```text
 * catching-up ◄──► live        a message it cannot take directly; the end of all channels
 *      ▲  │          │
 *      │  └─► full ◄─┘         the sink refuses more
 *      └─ drained ─┘
 * ```
 */
export type ConnectionState = 'catching-up' | 'live' | 'full' | 'closed';
