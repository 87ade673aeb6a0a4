/* Non-blocking sockets and the event loop. */
#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

int epoll_fd = -1, open_conns, ready_conns, connecting_conns;

static bool is_publisher(const struct conn *conn) { return conn->kind >= PUB_HTTP; }

static void watch(struct conn *conn, int how, bool writing) {
  struct epoll_event event = {.events = EPOLLIN | (writing ? (uint32_t)EPOLLOUT : 0u), .data.ptr = conn};
  if (epoll_ctl(epoll_fd, how, conn->fd, &event) != 0) fail("epoll_ctl: %s", strerror(errno));
  conn->writing = writing;
}

void conn_open(struct conn *conn, enum kind kind, int index) {
  conn->kind = kind;
  conn->index = index;
  conn->phase = CONNECTING;
  conn->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (conn->fd < 0) fail("socket: %s", strerror(errno));
  int on = 1;
  setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const char *port = is_publisher(conn) ? options.pubport : NULL;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(port ? atoi(port) : options.port))};
  inet_pton(AF_INET, options.host, &to.sin_addr);
  if (connect(conn->fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS) fail("connect: %s", strerror(errno));
  open_conns++;
  connecting_conns++;
  watch(conn, EPOLL_CTL_ADD, true);
}

void conn_close(struct conn *conn) {
  if (conn->phase == CLOSED) return;
  if (conn->phase < READY) connecting_conns--;
  else ready_conns--;
  conn->phase = CLOSED;
  open_conns--;
  close(conn->fd);
}

/* A connection is where its greeting should bring it; returns whether that is news. */
bool conn_ready(struct conn *conn) {
  if (conn->phase >= READY) return false;
  conn->phase = READY;
  connecting_conns--;
  ready_conns++;
  return true;
}

void conn_put(struct conn *conn, const char *bytes, size_t length) {
  if (conn->out_len + length > conn->out_cap) {
    conn->out_cap = (conn->out_len + length) * 2;
    conn->out = realloc(conn->out, conn->out_cap);
  }
  memcpy(conn->out + conn->out_len, bytes, length);
  conn->out_len += length;
}

void conn_flush(struct conn *conn) {
  if (conn->out_len == 0 || conn->phase == CLOSED || conn->phase == CONNECTING) return;
  ssize_t sent = send(conn->fd, conn->out, conn->out_len, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) {
    totals.broken++;
    conn_close(conn);
    return;
  }
  if (sent > 0) {
    conn->out_len -= (size_t)sent;
    memmove(conn->out, conn->out + sent, conn->out_len);
  }
  if ((conn->out_len > 0) != conn->writing) watch(conn, EPOLL_CTL_MOD, conn->out_len > 0);
}

static void read_all(struct conn *conn) {
  static char bytes[1 << 18];
  ssize_t got = recv(conn->fd, bytes, sizeof bytes, 0);
  if (got > 0) {
    wire_read(conn, bytes, (size_t)got);
    return;
  }
  if (got < 0 && errno == EAGAIN) return;
  totals.broken++;
  conn_close(conn);
}

int turn(int wait_ms) {
  static struct epoll_event events[1024];
  int count = epoll_wait(epoll_fd, events, 1024, wait_ms);
  for (int i = 0; i < count; i++) {
    struct conn *conn = events[i].data.ptr;
    if (conn->phase == CLOSED) continue;
    if (conn->phase == CONNECTING) {
      int error = 0;
      socklen_t size = sizeof error;
      getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &error, &size);
      if (error != 0) fail("connect: %s", strerror(error));
      conn->phase = HANDSHAKE;
      wire_connected(conn);
      conn_flush(conn);
      if (conn->writing && conn->out_len == 0 && conn->phase != CLOSED) watch(conn, EPOLL_CTL_MOD, false);
      continue;
    }
    if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_all(conn);
    if (conn->phase != CLOSED && events[i].events & EPOLLOUT) conn_flush(conn);
  }
  return count;
}
