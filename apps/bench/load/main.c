/* Options and the course of a run. */
#define _GNU_SOURCE
#include "load.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

struct options options = {
  .host = "127.0.0.1", .sub = SUB_WS, .pub = PUB_HTTP, .subs = 1, .channels = 1, .path = "/", .body = "{data}",
  .pubpath = "/", .ack = "ack", .size = 256, .window = 1, .warm = 0.5, .time = 2, .every = 1000, .connecting = 64,
};
struct totals totals;
bool measuring;

static struct conn *subs, *pubs;
/* How long what was published may take to arrive once nobody publishes any more, in seconds. */
static const double SETTLE_S = 10, CONNECT_S = 60;

uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void fail(const char *format, ...) {
  va_list values;
  va_start(values, format);
  fprintf(stderr, "load: ");
  vfprintf(stderr, format, values);
  fprintf(stderr, "\n");
  va_end(values);
  exit(1);
}

static enum kind kind_named(const char *name) {
  static const char *names[] = {"ws", "stream", "longpoll", "shortpoll", "http", "wspub"};
  for (int i = 0; i < 6; i++) if (strcmp(name, names[i]) == 0) return (enum kind)i;
  fail("unknown kind %s", name);
}

static void read_option(char *argument) {
  char *value = strchr(argument, '=');
  if (value == NULL) fail("%s: name=value is wanted", argument);
  *value++ = '\0';
  static const struct { const char *name; const char **to; } texts[] = {
    {"host", &options.host}, {"path", &options.path}, {"hello", &options.hello}, {"ready", &options.ready},
    {"pubport", &options.pubport}, {"pubpath", &options.pubpath}, {"body", &options.body}, {"ack", &options.ack},
    {"pubhello", &options.pubhello}, {"pids", &options.pids},
  };
  static const struct { const char *name; int *to; } numbers[] = {
    {"port", &options.port}, {"subs", &options.subs}, {"pubs", &options.pubs}, {"channels", &options.channels},
    {"size", &options.size}, {"window", &options.window}, {"every", &options.every}, {"expect", &options.expect},
    {"connecting", &options.connecting}, {"nap", &options.nap},
  };
  static const struct { const char *name; double *to; } reals[] = {
    {"rate", &options.rate}, {"warm", &options.warm}, {"time", &options.time}, {"idle", &options.idle},
    {"churn", &options.churn},
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) if (strcmp(argument, texts[i].name) == 0) { *texts[i].to = value; return; }
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) if (strcmp(argument, numbers[i].name) == 0) { *numbers[i].to = atoi(value); return; }
  for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) if (strcmp(argument, reals[i].name) == 0) { *reals[i].to = atof(value); return; }
  if (strcmp(argument, "sub") == 0) options.sub = kind_named(value);
  else if (strcmp(argument, "pub") == 0) options.pub = kind_named(value);
  else if (strcmp(argument, "bayeux") == 0) options.bayeux = atoi(value) != 0;
  else if (strcmp(argument, "etagquery") == 0) options.etag_in_query = atoi(value) != 0;
  else fail("unknown option %s", argument);
}

static bool passed(uint64_t since, double seconds) { return (double)(now_ns() - since) > seconds * 1e9; }

/* Connects all of them, a few at a time, and waits until each is subscribed. */
static void connect_all(struct conn *conns, int count, enum kind kind) {
  uint64_t start = now_ns();
  int wanted = ready_conns + count;
  for (int next = 0; ready_conns < wanted;) {
    while (next < count && connecting_conns < options.connecting) {
      conn_open(&conns[next], kind, next);
      next++;
    }
    turn(1);
    if (totals.broken > 0) fail("%lu connections broke while connecting", (unsigned long)totals.broken);
    if (passed(start, CONNECT_S)) fail("%d of %d connections came through", ready_conns, wanted);
  }
}

/* Everyone asks once, to stand where the messages begin; long-polls are held, short ones spread over their period. */
static void start_polls(void) {
  for (int i = 0; i < options.subs; i++) {
    wire_poll(&subs[i]);
    subs[i].due = now_ns() + (uint64_t)options.every * 1000000u * (uint64_t)i / (uint64_t)options.subs;
  }
}

static void poll_short(void) {
  uint64_t now = now_ns();
  for (int i = 0; i < options.subs; i++) {
    struct conn *conn = &subs[i];
    if (conn->phase != READY || now < conn->due || conn->asked) continue;
    conn->due += (uint64_t)options.every * 1000000u;
    wire_poll(conn);
  }
}

static void publish_all(uint64_t start, uint64_t *owed) {
  if (options.rate > 0) {
    uint64_t gap = (uint64_t)(1e9 / options.rate);
    while (start + *owed * gap <= now_ns()) {
      struct conn *conn = &pubs[*owed % (uint64_t)options.pubs];
      /* Counted from when it should have gone, or a slow server would slow its own measure. */
      conn->due = start + *owed * gap;
      if (conn->phase == READY && (int)(conn->sent - conn->acked) < options.window) wire_publish(conn);
      else totals.refused++;
      conn_flush(conn);
      ++*owed;
    }
    return;
  }
  for (int i = 0; i < options.pubs; i++) {
    struct conn *conn = &pubs[i];
    if (conn->phase != READY) continue;
    while ((int)(conn->sent - conn->acked) < options.window) wire_publish(conn);
    conn_flush(conn);
  }
}

static double own_cpu_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void nap(void) {
  struct timespec time = {.tv_nsec = options.nap * 1000L};
  nanosleep(&time, NULL);
}

/* In a short time on a busy machine nothing may have come: then it is measured until something has. */
static bool is_over(uint64_t begun) {
  bool some = (options.subs > 0 ? delivery_times.total : ack_times.total) > 0;
  return passed(begun, options.time) && (some || passed(begun, options.time + SETTLE_S));
}

static void run_fan_out(struct figures *figures) {
  uint64_t start = now_ns(), owed = 0, begun = 0;
  struct totals before = totals;
  struct usage usage[PIDS_MAX] = {0};
  double own = 0;
  churn_begin();
  for (;;) {
    publish_all(start, &owed);
    if (options.sub == SUB_SHORTPOLL) poll_short();
    if (options.churn > 0) churn_turn();
    if (turn(0) == 0 && options.nap > 0) nap();
    if (begun == 0 && passed(start, options.warm)) {
      begun = now_ns();
      before = totals;
      read_usage(usage);
      own = own_cpu_us();
      measuring = true;
    }
    if (begun > 0 && is_over(begun)) break;
  }
  read_usage(figures->usage);
  for (int i = 0; i < pid_count; i++) {
    figures->usage[i].cpu_us -= usage[i].cpu_us;
    figures->usage[i].waited_us -= usage[i].waited_us;
    figures->cpu_us += figures->usage[i].cpu_us;
  }
  figures->load_cpu_us = own_cpu_us() - own;
  figures->seconds = (double)(now_ns() - begun) / 1e9;
  measuring = false;
  figures->totals = totals;
  figures->totals.delivered -= before.delivered;
  figures->totals.published -= before.published;
  figures->totals.acked -= before.acked;
  figures->totals.polls -= before.polls;
  figures->totals.refused -= before.refused;
  for (uint64_t end = now_ns(); !passed(end, SETTLE_S) && count_missing(subs, options.subs) > 0;) {
    if (options.sub == SUB_SHORTPOLL) poll_short();
    turn(1);
  }
  /* Holes that were never filled are in the last numbers already. */
  figures->totals.missing = totals.missing + count_missing(subs, options.subs);
  figures->totals.repeated = totals.repeated;
  figures->totals.disordered = totals.disordered;
  figures->totals.broken = totals.broken;
}

/* Everyone comes back at once and is owed messages: how long until the last one has them. */
static void run_resume(struct figures *figures) {
  uint64_t start = now_ns();
  double cpu = server_cpu_us();
  uint64_t wanted = (uint64_t)options.subs * (uint64_t)options.expect;
  for (int next = 0; totals.delivered < wanted && !passed(start, CONNECT_S);) {
    while (next < options.subs && connecting_conns < options.connecting) {
      conn_open(&subs[next], options.sub, next);
      next++;
    }
    turn(0);
  }
  figures->seconds = (double)(now_ns() - start) / 1e9;
  figures->cpu_us = server_cpu_us() - cpu;
  figures->totals = totals;
  count_descriptors(figures->descriptors_after);
  /* Holes that were never filled are counted already. */
  expect_number(0, (uint32_t)options.expect);
  figures->totals.missing += count_missing(subs, options.subs);
}

int main(int count, char **arguments) {
  for (int i = 1; i < count; i++) read_option(arguments[i]);
  if (options.size < MARK_BYTES) fail("size: a message has %d bytes at the least", MARK_BYTES);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (options.pids != NULL) read_pids(options.pids);
  char port[8];
  snprintf(port, sizeof port, "%d", options.port);
  if (options.pubport == NULL) options.pubport = port;
  epoll_fd = epoll_create1(0);
  check_init();
  subs = calloc((size_t)options.subs + 1, sizeof *subs);
  pubs = calloc((size_t)options.pubs + 1, sizeof *pubs);
  for (int i = 0; i < options.pubs; i++) pubs[i].sent_at = calloc((size_t)options.window, sizeof(uint64_t));

  struct figures figures = {.rss_before = server_rss()};
  count_descriptors(figures.descriptors_before);
  if (options.expect > 0) run_resume(&figures);
  else {
    bool polling = options.sub == SUB_LONGPOLL || options.sub == SUB_SHORTPOLL;
    connect_all(subs, options.subs, options.sub);
    if (polling) start_polls();
    for (uint64_t start = now_ns(); !passed(start, options.idle + (polling ? 0.5 : 0.2));) turn(5);
    figures.rss_after = server_rss();
    count_descriptors(figures.descriptors_after);
    if (options.pubs > 0) {
      connect_all(pubs, options.pubs, options.pub);
      run_fan_out(&figures);
    }
  }
  print_figures(&figures);
  return 0;
}
