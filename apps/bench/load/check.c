/* Marks: what makes a message countable, and the check that each subscriber got every one of them once and in order. */
#define _GNU_SOURCE
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last number of each stream that was sent. */
static uint32_t *sent;
static int streams;

/* With one channel a stream is a publisher; with many each channel has one, and a subscriber sees its own only. */
void check_init(void) {
  streams = options.channels > 1 ? options.channels : options.pubs > 0 ? options.pubs : 1;
  sent = calloc((size_t)streams, sizeof *sent);
}

void expect_number(unsigned stream, uint32_t number) { sent[stream] = number; }

static void put_hex(char *to, uint64_t value, int digits) {
  while (digits-- > 0) {
    to[digits] = "0123456789abcdef"[value & 15];
    value >>= 4;
  }
}

void write_mark(char *to, unsigned stream, uint32_t number, uint64_t time) {
  to[0] = to[1] = '@';
  put_hex(to + 2, stream, 4);
  put_hex(to + 6, number, 8);
  put_hex(to + 14, time, 16);
}

static uint64_t hex(const char *from, int digits) {
  uint64_t value = 0;
  for (int i = 0; i < digits; i++) {
    unsigned char c = (unsigned char)from[i];
    value = (value << 4) + (c & 15u) + (c >> 6) * 9u;
  }
  return value;
}

static void take_mark(struct conn *conn, const char *mark) {
  unsigned stream = (unsigned)hex(mark + 2, 4);
  uint32_t number = (uint32_t)hex(mark + 6, 8);
  totals.delivered++;
  conn->received++;
  if (measuring) record(&delivery_times, now_ns() - hex(mark + 14, 16));
  if ((int)stream >= streams || conn->passing) return;
  if (conn->last == NULL) conn->last = calloc(options.channels > 1 ? 1 : (size_t)streams, sizeof *conn->last);
  uint32_t *last = options.channels > 1 ? conn->last : conn->last + stream;
  if (number == *last + 1) *last = number;
  else if (number == *last) totals.repeated++;
  else if (number < *last) totals.disordered++;
  else {
    totals.missing += number - *last - 1;
    *last = number;
  }
}

void scan_marks(struct conn *conn, const char *bytes, size_t length) {
  const char *at = bytes, *end = bytes + length;
  if (conn->carry_len > 0) {
    size_t take = MARK_BYTES - conn->carry_len;
    if (take > length) take = length;
    char mark[MARK_BYTES];
    memcpy(mark, conn->carry, conn->carry_len);
    memcpy(mark + conn->carry_len, bytes, take);
    if (conn->carry_len + take < MARK_BYTES) {
      memcpy(conn->carry + conn->carry_len, bytes, take);
      conn->carry_len += take;
      return;
    }
    conn->carry_len = 0;
    if (mark[1] == '@') {
      take_mark(conn, mark);
      at += take;
    }
  }
  while ((at = memchr(at, '@', (size_t)(end - at))) != NULL) {
    if (end - at < MARK_BYTES) {
      if (end - at > 1 && at[1] != '@') return;
      if (conn->carry_cap < MARK_BYTES) conn->carry = realloc(conn->carry, conn->carry_cap = 4096);
      conn->carry_len = (size_t)(end - at);
      memcpy(conn->carry, at, conn->carry_len);
      return;
    }
    if (at[1] == '@') {
      take_mark(conn, at);
      at += MARK_BYTES;
    } else at++;
  }
}

/* What was sent and has not come, at the end. */
uint64_t count_missing(const struct conn *subs, int count) {
  uint64_t missing = 0;
  for (int i = 0; i < count; i++) {
    if (options.channels > 1) {
      missing += sent[i % options.channels] - (subs[i].last == NULL ? 0 : subs[i].last[0]);
      continue;
    }
    for (int s = 0; s < streams; s++) missing += sent[s] - (subs[i].last == NULL ? 0 : subs[i].last[s]);
  }
  return missing;
}
