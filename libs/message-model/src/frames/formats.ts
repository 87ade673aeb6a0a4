import { FormatRegistry } from '@sinclair/typebox';
import { isChannel } from '../channel';
import { isClientKey } from '../client-key';
import { isEvent } from '../messages/event';

// TypeBox compiles `pattern` without the `u` flag, under which \p{L} means nothing: the grammars are formats instead.
FormatRegistry.Set('channel', isChannel);
FormatRegistry.Set('event', isEvent);
FormatRegistry.Set('client-key', isClientKey);
