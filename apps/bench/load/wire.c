/* The protocols, as far as a load needs them: HTTP/1.1, RFC 6455, and the texts of Socket.IO and Bayeux inside frames. */
#define _GNU_SOURCE
#include "load.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TEXT_MAX = 1 << 17 };

static bool is_websocket(const struct conn *conn) { return conn->kind == SUB_WS || conn->kind == PUB_WS; }

/* The template with its places filled. Returns the length. */
static size_t fill(char *to, const char *template, const char *channel, const char *data, uint32_t number) {
  char *at = to;
  while (*template != '\0') {
    if (strncmp(template, "{channel}", 9) == 0) {
      at = stpcpy(at, channel);
      template += 9;
    } else if (strncmp(template, "{data}", 6) == 0) {
      at = stpcpy(at, data);
      template += 6;
    } else if (strncmp(template, "{n}", 3) == 0) {
      at += sprintf(at, "%u", number);
      template += 3;
    } else *at++ = *template++;
  }
  *at = '\0';
  return (size_t)(at - to);
}

static const char *channel_name(int index) {
  static char name[24];
  if (options.channels <= 1) return "bench";
  snprintf(name, sizeof name, "bench-%d", index % options.channels);
  return name;
}

/* A text frame with the mask 0, which leaves the payload as it is. */
static void put_frame(struct conn *conn, unsigned char opcode, const char *text, size_t length) {
  unsigned char head[14] = {(unsigned char)(0x80 | opcode)};
  size_t size = 2;
  if (length < 126) head[1] = (unsigned char)(0x80 | length);
  else {
    head[1] = 0x80 | 126;
    head[2] = (unsigned char)(length >> 8);
    head[3] = (unsigned char)length;
    size = 4;
  }
  conn_put(conn, (char *)head, size + 4);
  conn_put(conn, text, length);
}

static void put_lines(struct conn *conn, const char *lines) {
  static char text[TEXT_MAX];
  for (const char *next; lines != NULL && *lines != '\0'; lines = next) {
    const char *end = strchrnul(lines, '\n');
    next = *end == '\n' ? end + 1 : end;
    char *line = strndup(lines, (size_t)(end - lines));
    put_frame(conn, 1, text, fill(text, line, channel_name(conn->index), "", 0));
    free(line);
  }
}

static void put_get(struct conn *conn, const char *template) {
  char path[2048], request[4096];
  size_t length = fill(path, template, channel_name(conn->index), "", 0);
  const char *host = options.host;
  if (is_websocket(conn)) {
    int size = snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", path, host, options.port);
    conn_put(conn, request, (size_t)size);
    return;
  }
  bool known = conn->etag[0] != '\0';
  if (known && options.etag_in_query) snprintf(path + length, sizeof path - length, "&after=%s", conn->etag);
  int size = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s:%d\r\n", path, host, options.port);
  if (conn->kind == SUB_STREAM) size += sprintf(request + size, "Accept: text/event-stream\r\n");
  if (known && !options.etag_in_query) size += sprintf(request + size, "If-None-Match: %s\r\n", conn->etag);
  if (conn->modified[0] != '\0') size += sprintf(request + size, "If-Modified-Since: %s\r\n", conn->modified);
  size += sprintf(request + size, "\r\n");
  conn_put(conn, request, (size_t)size);
}

static void stand(struct conn *conn) {
  conn_ready(conn);
  /* Those that stay begin all at once, when everyone is there. */
  if (conn->passing && conn->kind == SUB_LONGPOLL) wire_poll(conn);
}

void wire_connected(struct conn *conn) {
  bool polling = conn->kind == SUB_LONGPOLL || conn->kind == SUB_SHORTPOLL;
  if (conn->kind == PUB_HTTP || (polling && options.hello == NULL)) stand(conn);
  else put_get(conn, polling ? options.hello : conn->kind == PUB_WS ? options.pubpath : options.path);
}

void wire_poll(struct conn *conn) {
  totals.polls++;
  conn->asked = true;
  put_get(conn, options.path);
  conn_flush(conn);
}

void wire_publish(struct conn *conn) {
  static char data[TEXT_MAX], body[TEXT_MAX * 2], path[1024], head[2048];
  int channel = 0;
  unsigned stream = (unsigned)conn->index;
  if (options.channels > 1) {
    /* The channels are shared out among the publishers, each takes its own in turn. */
    int own = (options.channels - conn->index + options.pubs - 1) / options.pubs;
    channel = conn->index + (int)(conn->sent % (uint32_t)own) * options.pubs;
    stream = (unsigned)channel;
  }
  conn->sent++;
  uint32_t number = conn->sent;
  if (options.channels > 1) {
    uint32_t own = (uint32_t)((options.channels - conn->index + options.pubs - 1) / options.pubs);
    number = (conn->sent - 1) / own + 1;
  }
  uint64_t now = conn->due > 0 ? conn->due : now_ns();
  conn->sent_at[conn->sent % (uint32_t)options.window] = now;
  write_mark(data, stream, number, now);
  memset(data + MARK_BYTES, 'x', (size_t)options.size - MARK_BYTES);
  data[options.size] = '\0';
  expect_number(stream, number);
  totals.published++;
  const char *name = channel_name(channel);
  size_t length = fill(body, options.body, name, data, conn->sent);
  if (conn->kind == PUB_WS) {
    put_frame(conn, 1, body, length);
    return;
  }
  fill(path, options.pubpath, name, "", 0);
  int size = snprintf(head, sizeof head,
      "POST %s HTTP/1.1\r\nHost: %s:%s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", path, options.host,
      options.pubport, body[0] == '{' || body[0] == '[' ? "application/json" : "text/plain", length);
  conn_put(conn, head, (size_t)size);
  conn_put(conn, body, length);
}

static void acknowledged(struct conn *conn) {
  conn->acked++;
  totals.acked++;
  if (measuring) record(&ack_times, now_ns() - conn->sent_at[conn->acked % (uint32_t)options.window]);
}

static bool contains(const char *bytes, size_t length, const char *what) {
  return memmem(bytes, length, what, strlen(what)) != NULL;
}

/* Keeps what cannot be read yet. */
static void carry(struct conn *conn, const char *bytes, size_t length) {
  if (length > conn->carry_cap) conn->carry = realloc(conn->carry, conn->carry_cap = length * 2);
  memmove(conn->carry, bytes, length);
  conn->carry_len = length;
}

static void greet_bayeux(struct conn *conn, const char *text, size_t length) {
  const char *at = memmem(text, length, "\"clientId\":\"", 12);
  if (at == NULL || !contains(text, length, "/meta/handshake")) return;
  const char *id = at + 12;
  int size = (int)strcspn(id, "\"");
  char message[512];
  int written = snprintf(message, sizeof message,
      "[{\"channel\":\"/meta/subscribe\",\"clientId\":\"%.*s\",\"subscription\":\"/%s\",\"id\":\"2\"}]", size, id,
      channel_name(conn->index));
  put_frame(conn, 1, message, (size_t)written);
  /* In a separate frame: it is answered when there is a message, and all that came with it waits for that. */
  written = snprintf(message, sizeof message,
      "[{\"channel\":\"/meta/connect\",\"clientId\":\"%.*s\",\"connectionType\":\"websocket\",\"id\":\"3\"}]", size, id);
  put_frame(conn, 1, message, (size_t)written);
}

/* A whole small frame: greetings, heartbeats, acknowledgements. */
static void take_text(struct conn *conn, const char *text, size_t length) {
  if (length == 1 && text[0] == '2') put_frame(conn, 1, "3", 1);
  if (conn->kind == PUB_WS) {
    if (conn->phase != READY) {
      if (options.ready == NULL || contains(text, length, options.ready) || options.pubhello == NULL) conn_ready(conn);
    } else if (contains(text, length, options.ack)) acknowledged(conn);
    else if (contains(text, length, "error")) totals.refused++;
    return;
  }
  if (options.bayeux) greet_bayeux(conn, text, length);
  if (conn->phase != READY && options.ready != NULL && contains(text, length, options.ready)) conn_ready(conn);
}

static void take_frames(struct conn *conn, char *bytes, size_t length) {
  size_t at = 0;
  while (at < length) {
    if (conn->left > 0) {
      size_t part = conn->left < length - at ? (size_t)conn->left : length - at;
      scan_marks(conn, bytes + at, part);
      conn->left -= part;
      at += part;
      continue;
    }
    unsigned char *head = (unsigned char *)bytes + at;
    size_t rest = length - at, size = 2;
    uint64_t payload = rest < 2 ? 0 : head[1] & 127;
    if (payload == 126) size = 4;
    if (payload == 127) size = 10;
    if (rest < size || rest < 2) break;
    if (size == 4) payload = (uint64_t)head[2] << 8 | head[3];
    if (size == 10) payload = be64toh(*(uint64_t *)(head + 2));
    conn->opcode = head[0] & 15;
    /* A greeting, an answer or a heartbeat is wanted whole, a message is read as it comes. */
    bool whole = payload < 200 || conn->phase != READY || conn->kind == PUB_WS;
    if (whole && rest < size + payload) break;
    at += size;
    if (conn->opcode == 8) {
      totals.broken++;
      conn_close(conn);
      return;
    }
    if (conn->opcode == 9) put_frame(conn, 10, bytes + at, (size_t)payload);
    if (!whole) {
      conn->left = payload;
      conn->carry_len = 0;
      continue;
    }
    if (conn->opcode < 8) {
      take_text(conn, bytes + at, (size_t)payload);
      if (conn->kind == SUB_WS && conn->phase == READY) scan_marks(conn, bytes + at, (size_t)payload);
      conn->carry_len = 0;
    }
    at += (size_t)payload;
  }
  if (conn->left == 0) carry(conn, bytes + at, length - at);
}

/* A header's value in the head of an answer. */
static bool header(const char *head, size_t length, const char *name, char *value, size_t size) {
  const char *at = head, *end = head + length;
  size_t width = strlen(name);
  while ((at = memmem(at, (size_t)(end - at), "\r\n", 2)) != NULL) {
    at += 2;
    if ((size_t)(end - at) <= width || strncasecmp(at, name, width) != 0 || at[width] != ':') continue;
    at += width + 1;
    while (*at == ' ') at++;
    size_t span = strcspn(at, "\r");
    snprintf(value, size, "%.*s", (int)span, at);
    return true;
  }
  return false;
}

static void answered(struct conn *conn) {
  bool good = conn->status / 100 == 2 || conn->status == 304 || conn->status == 408;
  if (!good) totals.refused++;
  conn->asked = false;
  if (conn->phase != READY) stand(conn);
  else if (conn->kind == PUB_HTTP) acknowledged(conn);
  else if (conn->kind == SUB_LONGPOLL) wire_poll(conn);
}

static void take_head(struct conn *conn, const char *head, size_t length) {
  char text[200];
  if (length < 12 || memcmp(head, "HTTP/1.", 7) != 0) fail("not the head of an answer: %.*s", (int)length, head);
  conn->status = atoi(head + 9);
  conn->left = header(head, length, "content-length", text, sizeof text) ? strtoull(text, NULL, 10) : 0;
  if (conn->kind != SUB_LONGPOLL && conn->kind != SUB_SHORTPOLL) return;
  if (header(head, length, "etag", text, sizeof text)) {
    size_t span = strlen(text);
    bool quoted = options.etag_in_query && span > 1 && text[0] == '"';
    snprintf(conn->etag, sizeof conn->etag, "%.*s", (int)(quoted ? span - 2 : span), quoted ? text + 1 : text);
  }
  if (!options.etag_in_query) header(head, length, "last-modified", conn->modified, sizeof conn->modified);
}

static void take_answers(struct conn *conn, char *bytes, size_t length) {
  size_t at = 0;
  while (at < length) {
    if (conn->left > 0) {
      size_t part = conn->left < length - at ? (size_t)conn->left : length - at;
      if (conn->kind != PUB_HTTP) scan_marks(conn, bytes + at, part);
      conn->left -= part;
      at += part;
      if (conn->left == 0) answered(conn);
      continue;
    }
    char *end = memmem(bytes + at, length - at, "\r\n\r\n", 4);
    if (end == NULL) break;
    size_t size = (size_t)(end - (bytes + at)) + 4;
    take_head(conn, bytes + at, size - 2);
    conn->carry_len = 0;
    at += size;
    if (conn->left == 0) answered(conn);
  }
  if (conn->left == 0) carry(conn, bytes + at, length - at);
}

/* The head of an answer that has no end; returns where its body begins, 0 while that is not known. */
static size_t take_opening(struct conn *conn, char *bytes, size_t length) {
  char *end = memmem(bytes, length, "\r\n\r\n", 4);
  if (end == NULL) {
    carry(conn, bytes, length);
    return 0;
  }
  conn->status = atoi(bytes + 9);
  if (conn->status != (is_websocket(conn) ? 101 : 200)) fail("refused: %.*s", (int)length, bytes);
  char coding[16];
  conn->chunked = header(bytes, (size_t)(end - bytes) + 2, "transfer-encoding", coding, sizeof coding);
  conn->carry_len = 0;
  conn->phase = OPEN;
  if (is_websocket(conn)) put_lines(conn, conn->kind == PUB_WS ? options.pubhello : options.hello);
  if (options.ready == NULL || (conn->kind == PUB_WS && options.pubhello == NULL)) conn_ready(conn);
  return (size_t)(end - bytes) + 4;
}

void wire_read(struct conn *conn, char *bytes, size_t length) {
  char *joined = NULL;
  if (conn->chunked) length = take_chunks(conn, bytes, length);
  /* While a frame or a body is read the carry is a mark's, else it is a head's. */
  if (conn->carry_len > 0 && conn->left == 0 && !(conn->kind == SUB_STREAM && conn->phase >= READY)) {
    joined = malloc(conn->carry_len + length);
    memcpy(joined, conn->carry, conn->carry_len);
    memcpy(joined + conn->carry_len, bytes, length);
    bytes = joined;
    length += conn->carry_len;
    conn->carry_len = 0;
  }
  size_t at = 0;
  if (conn->kind == PUB_HTTP || conn->kind == SUB_LONGPOLL || conn->kind == SUB_SHORTPOLL) {
    take_answers(conn, bytes, length);
  } else {
    if (conn->phase == HANDSHAKE) {
      at = take_opening(conn, bytes, length);
      if (conn->chunked) length = at + take_chunks(conn, bytes + at, length - at);
    }
    if (conn->phase > HANDSHAKE && at < length) {
      if (is_websocket(conn)) take_frames(conn, bytes + at, length - at);
      else if (conn->phase == READY) scan_marks(conn, bytes + at, length - at);
      else if (contains(bytes + at, length - at, options.ready)) {
        conn_ready(conn);
        scan_marks(conn, bytes + at, length - at);
      } else carry(conn, bytes + at, length - at);
    }
  }
  free(joined);
  if (conn->out_len > 0) conn_flush(conn);
}
