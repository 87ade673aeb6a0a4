import '../frames/formats';
import { Type } from '@sinclair/typebox';

/** The name of a channel in a call of the server API. */
export const ChannelName = Type.String({ format: 'channel', examples: ['news'] });
