import { type Static, Type } from '@sinclair/typebox';
import { decodeCursor } from '../positions/cursor';
import { OWN_EVENT_PREFIX } from './event';

/** The event of a message that says that an earlier message of its channel was deleted. */
export const DELETED_EVENT = `${OWN_EVENT_PREFIX}deleted`;

/** The data of a message with {@link DELETED_EVENT}. */
export const DeletionSchema = Type.Object({
  /** The `id` of the message that was deleted. */
  id: Type.String(),
});

export type Deletion = Static<typeof DeletionSchema>;

/** The data, as JSON text, that says that the message `id` was deleted. A cursor needs no escaping (CURSOR_PATTERN). */
export function encodeDeletion(id: string): string {
  return `{"id":"${id}"}`;
}

/** The sequence number of the message that was deleted. `data`: JSON text that {@link encodeDeletion} made. */
export function deletedSeq(data: string): number | undefined {
  return decodeCursor((JSON.parse(data) as Deletion).id)?.seq;
}
