/*
 * The limit: what a broadcast costs on this machine when there is nothing but the kernel. One thread, epoll, no channels,
 * no history, no back-pressure. What came in during one turn leaves in one write per subscriber, as WebSocket frames
 * (`GET /ws`) or as an event stream (`GET /sse`); a POST is a message and is answered once it is written.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 65536, IN_MAX = 1 << 16, OUT_MAX = 1 << 22 };

static int streams[CLIENTS], stream_count, websockets[CLIENTS], websocket_count, waiting[CLIENTS], waiting_count;
static char *pending[CLIENTS];
static size_t pending_length[CLIENTS];
static char stream_out[OUT_MAX], frames_out[OUT_MAX];
static size_t stream_length, frames_length;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void write_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return;
    if (sent < 0) continue;
    bytes += sent;
    length -= (size_t)sent;
  }
}

static void add_message(const char *body, size_t length) {
  stream_length += (size_t)sprintf(stream_out + stream_length, "data: %.*s\n\n", (int)length, body);
  unsigned char *head = (unsigned char *)frames_out + frames_length;
  head[0] = 0x81;
  size_t size = 2;
  if (length < 126) head[1] = (unsigned char)length;
  else {
    head[1] = 126;
    head[2] = (unsigned char)(length >> 8);
    head[3] = (unsigned char)length;
    size = 4;
  }
  memcpy(head + size, body, length);
  frames_length += size + length;
}

static void flush(void) {
  for (int i = 0; i < stream_count; i++) write_all(streams[i], stream_out, stream_length);
  for (int i = 0; i < websocket_count; i++) write_all(websockets[i], frames_out, frames_length);
  stream_length = frames_length = 0;
  static const char answer[] = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
  for (int i = 0; i < waiting_count; i++) write_all(waiting[i], answer, sizeof answer - 1);
  waiting_count = 0;
}

/* One request of the bytes; returns how many it took, 0 when it is not whole yet. */
static size_t take_request(int fd, char *bytes, size_t length) {
  char *end = memmem(bytes, length, "\r\n\r\n", 4);
  if (end == NULL) return 0;
  size_t head = (size_t)(end - bytes) + 4;
  if (memcmp(bytes, "GET /ws", 7) == 0) {
    static const char welcome[] =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    write_all(fd, welcome, sizeof welcome - 1);
    websockets[websocket_count++] = fd;
    return head;
  }
  if (memcmp(bytes, "GET ", 4) == 0) {
    static const char opening[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n:\n\n";
    write_all(fd, opening, sizeof opening - 1);
    streams[stream_count++] = fd;
    return head;
  }
  char *size = memmem(bytes, head, "Content-Length: ", 16);
  size_t body = size == NULL ? 0 : strtoul(size + 16, NULL, 10);
  if (length < head + body) return 0;
  add_message(bytes + head, body);
  waiting[waiting_count++] = fd;
  return head + body;
}

static int without(int *list, int count, int fd) {
  int kept = 0;
  for (int i = 0; i < count; i++) if (list[i] != fd) list[kept++] = list[i];
  return kept;
}

static void leave(int fd) {
  stream_count = without(streams, stream_count, fd);
  websocket_count = without(websockets, websocket_count, fd);
  waiting_count = without(waiting, waiting_count, fd);
  close(fd);
}

static void read_client(int fd) {
  static char bytes[IN_MAX * 2];
  size_t kept = pending_length[fd];
  memcpy(bytes, pending[fd], kept);
  ssize_t got = recv(fd, bytes + kept, IN_MAX, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) {
    leave(fd);
    return;
  }
  size_t length = kept + (size_t)got, at = 0;
  for (size_t took; at < length && (took = take_request(fd, bytes + at, length - at)) > 0;) at += took;
  pending_length[fd] = length - at;
  free(pending[fd]);
  pending[fd] = malloc(length - at + 1);
  memcpy(pending[fd], bytes + at, length - at);
}

int main(void) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  const char *port = getenv("PORT");
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port == NULL ? "8080" : port))};
  inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
  if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0) die("bind");
  if (listen(listener, 4096) != 0) die("listen");
  int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[1024];
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    int count = epoll_wait(epoll, events, 1024, -1);
    for (int i = 0; i < count; i++) {
      if (events[i].data.fd != listener) {
        read_client(events[i].data.fd);
        continue;
      }
      for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
        if (fd >= CLIENTS) die("too many clients");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        pending[fd] = malloc(1);
        pending_length[fd] = 0;
        event = (struct epoll_event){.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
      }
    }
    if (waiting_count > 0) flush();
  }
}
