/* What a run has found, as one JSON object on stdout. */
#include "load.h"

#include <stdio.h>

void print_figures(const struct figures *figures) {
  const struct totals *t = &figures->totals;
  printf("{\"seconds\":%.4f,\"cpuUs\":%.0f,\"delivered\":%lu,\"published\":%lu,\"acked\":%lu,\"polls\":%lu,"
         "\"refused\":%lu,\"broken\":%lu,\"missing\":%lu,\"repeated\":%lu,\"disordered\":%lu,\"rssBefore\":%.0f,"
         "\"rssAfter\":%.0f,\"deliveryP50Us\":%.1f,\"deliveryP99Us\":%.1f,\"ackP50Us\":%.1f,\"ackP99Us\":%.1f,"
         "\"loadCpuUs\":%.0f,\"processes\":[",
      figures->seconds, figures->cpu_us, t->delivered, t->published, t->acked, t->polls, t->refused, t->broken, t->missing,
      t->repeated, t->disordered, figures->rss_before, figures->rss_after, percentile_us(&delivery_times, 0.5),
      percentile_us(&delivery_times, 0.99), percentile_us(&ack_times, 0.5), percentile_us(&ack_times, 0.99),
      figures->load_cpu_us);
  for (int i = 0; i < pid_count; i++) {
    printf("%s{\"cpuUs\":%.0f,\"waitedUs\":%.0f,\"connections\":%d}", i > 0 ? "," : "", figures->usage[i].cpu_us,
        figures->usage[i].waited_us, figures->descriptors_after[i] - figures->descriptors_before[i]);
  }
  printf("]}\n");
}
