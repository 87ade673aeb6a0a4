/* Subscribers that come and go beside those that stay. */
#define _GNU_SOURCE
#include "load.h"

#include <stdlib.h>
#include <string.h>

static const double STAY_S = 10;

static struct conn *passers;
static int places;
static uint64_t begun, come;

void churn_begin(void) {
  places = (int)(options.churn * STAY_S);
  if (options.churn > 0 && places < 1) places = 1;
  passers = calloc((size_t)places + 1, sizeof *passers);
  begun = now_ns();
}

/* The client whose place is needed has stayed for long enough. */
void churn_turn(void) {
  uint64_t due = (uint64_t)((double)(now_ns() - begun) / 1e9 * options.churn);
  for (; come < due; come++) {
    struct conn *conn = &passers[come % (uint64_t)places];
    if (conn->fd > 0) conn_close(conn);
    free(conn->carry);
    free(conn->out);
    memset(conn, 0, sizeof *conn);
    conn->passing = true;
    conn_open(conn, options.sub, (int)come);
  }
}
