/* RFC 9112, section 7.1: a server may cut its chunks anywhere, in the middle of a mark as well. */
#include "load.h"

#include <string.h>

/* Leaves of these bytes what the chunks hold, in place; returns how much that is. */
size_t take_chunks(struct conn *conn, char *bytes, size_t length) {
  size_t kept = 0;
  for (size_t at = 0; at < length;) {
    if (conn->chunk_left > 0) {
      size_t part = conn->chunk_left < length - at ? (size_t)conn->chunk_left : length - at;
      memmove(bytes + kept, bytes + at, part);
      conn->chunk_left -= part;
      kept += part;
      at += part;
      continue;
    }
    /* The line of the size, or the end of line behind the chunk before. */
    unsigned char c = (unsigned char)bytes[at++];
    if (c == '\n') {
      conn->chunk_left = conn->chunk_size;
      conn->chunk_size = 0;
    } else if (c != '\r') conn->chunk_size = (conn->chunk_size << 4) + (c & 15u) + (c >> 6) * 9u;
  }
  return kept;
}
