/*
 * A load generator for publish/subscribe servers: one thread, epoll, as many connections as there are descriptors. It
 * knows HTTP (long-polls, streams, POST) and WebSocket frames, and with them Socket.IO and Bayeux. Every message that is
 * published carries a mark: who sent it, its number and when. So each subscriber's messages are checked one by one for
 * holes, repetitions and order, whatever stands around the mark on the wire.
 */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "@@", stream (4 hex digits), number (8) and time (16, ns of CLOCK_MONOTONIC). */
enum { MARK_BYTES = 30 };

enum kind { SUB_WS, SUB_STREAM, SUB_LONGPOLL, SUB_SHORTPOLL, PUB_HTTP, PUB_WS };
enum phase { CONNECTING, HANDSHAKE, OPEN, READY, CLOSED };

struct options {
  const char *host;
  int port;
  enum kind sub, pub;
  int subs, pubs, channels;
  /* Path of a subscription; "{channel}" in it and in the texts below is the channel's name. */
  const char *path;
  /*
   * Text frames sent right after the handshake, separated by "\n". Of a poller: the path of its first request, one that is
   * answered at once, so that it stands where the messages begin before there are any.
   */
  const char *hello;
  /* A subscriber is subscribed when this has come; NULL: when the handshake is done. */
  const char *ready;
  /* Bayeux: the second greeting needs the client id that the first was answered with. */
  bool bayeux;
  const char *pubport, *pubpath;
  /* Body or frame that publishes; "{data}" is the message, "{n}" a number of the publisher's. */
  const char *body;
  const char *pubhello;
  /* What a frame that acknowledges holds. */
  const char *ack;
  /* Bytes of a message. */
  int size;
  /* Messages a publisher has unacknowledged at the most. */
  int window;
  /* Messages per second of all publishers; 0: as fast as they are acknowledged. */
  double rate;
  /* Seconds. */
  double warm, time;
  /* Short polls of one client are that many ms apart. */
  int every;
  /* Long-polls go on by "after=<ETag>" in the query, or by If-None-Match and If-Modified-Since. */
  bool etag_in_query;
  /* Messages each subscriber waits for, with nobody publishing: the time until the last has them is measured. */
  int expect;
  /* Connections on their way at the same time. */
  int connecting;
  /* Seconds the open connections are left alone before the memory is read. */
  double idle;
  /* So many more subscribers come every second and leave ten seconds later; nobody counts what they get. */
  double churn;
  /*
   * µs it sleeps, by the clock, whenever nothing has come; 0: it never does. Not in epoll, where each sender would pay for
   * waking it: so the core is free for servers, and a message is up to so much later.
   */
  int nap;
  const char *pids;
};

struct conn {
  enum kind kind;
  enum phase phase;
  int fd, index;
  bool writing;
  /* Comes and goes: what it missed before and after is nobody's loss. */
  bool passing;
  char *out;
  size_t out_len, out_cap;
  /* An unfinished mark, frame head or HTTP head from the last read. */
  char *carry;
  size_t carry_len, carry_cap;
  /* Of the frame or body that is being read: bytes still to come. */
  uint64_t left;
  unsigned char opcode;
  /* Of a stream in chunks: what is left of this one, and the size of the next as far as it is read. */
  bool chunked;
  uint64_t chunk_left, chunk_size;
  /* A poll that is not answered yet. */
  bool asked;
  int status;
  char etag[160], modified[40];
  uint64_t due;
  /* Subscriber: the last number of each stream. */
  uint32_t *last;
  uint32_t received;
  /* Publisher: what it has sent and what of that is acknowledged. */
  uint32_t sent, acked;
  uint64_t *sent_at;
};

struct totals {
  uint64_t delivered, published, acked, polls, refused, broken;
  uint64_t missing, repeated, disordered;
};

extern struct options options;
extern struct totals totals;
/* Whether latencies are counted now. */
extern bool measuring;

uint64_t now_ns(void);
_Noreturn void fail(const char *format, ...);

/* check.c */
void check_init(void);
void write_mark(char *to, unsigned stream, uint32_t number, uint64_t time);
/* Reads the marks in a piece of what `conn` received; an unfinished one at its end is kept for the next. */
void scan_marks(struct conn *conn, const char *bytes, size_t length);
uint64_t count_missing(const struct conn *subs, int count);
void expect_number(unsigned stream, uint32_t number);

/* histogram.c */
struct histogram { uint64_t counts[64 * 32], total, greatest; };
void record(struct histogram *histogram, uint64_t ns);
double percentile_us(const struct histogram *histogram, double part);
extern struct histogram delivery_times, ack_times;

/* conn.c */
void conn_open(struct conn *conn, enum kind kind, int index);
void conn_put(struct conn *conn, const char *bytes, size_t length);
void conn_flush(struct conn *conn);
void conn_close(struct conn *conn);
bool conn_ready(struct conn *conn);
/* Handles what sockets have to say; waits up to `wait_ms` for it. Returns how many had. */
int turn(int wait_ms);
extern int epoll_fd, open_conns, ready_conns, connecting_conns;

/* chunks.c */
size_t take_chunks(struct conn *conn, char *bytes, size_t length);

/* wire.c */
void wire_connected(struct conn *conn);
void wire_read(struct conn *conn, char *bytes, size_t length);
void wire_poll(struct conn *conn);
void wire_publish(struct conn *conn);

/* churn.c */
void churn_begin(void);
/* Has those come and go whose time it is. */
void churn_turn(void);

/* process.c */
void read_pids(const char *list);
/* Processor time of the server's processes so far, in µs, and their memory, in bytes. */
double server_cpu_us(void);
double server_rss(void);

/* What one of the server's processes has had of a core so far, and how long its main thread waited for one; both in µs. */
struct usage { double cpu_us, waited_us; };
enum { PIDS_MAX = 64 };
extern int pid_count;
void read_usage(struct usage *each);
/* The open descriptors of each: connections are among them. */
void count_descriptors(int *each);

/* figures.c */
struct figures {
  double seconds, cpu_us, rss_before, rss_after;
  /* Of this program itself. */
  double load_cpu_us;
  struct totals totals;
  struct usage usage[PIDS_MAX];
  int descriptors_before[PIDS_MAX], descriptors_after[PIDS_MAX];
};
void print_figures(const struct figures *figures);

#endif
