/* Times in buckets whose width is a thirty-second of their value: 3 % exact over the whole range, in constant memory. */
#include "load.h"

struct histogram delivery_times, ack_times;

static int bucket_of(uint64_t ns) {
  if (ns < 32) return (int)ns;
  int power = 63 - __builtin_clzll(ns);
  return (power - 4) * 32 + (int)((ns >> (power - 5)) & 31);
}

static double lower_end(int bucket) {
  if (bucket < 32) return bucket;
  int power = bucket / 32 + 4;
  return (double)((32ull + (uint64_t)(bucket % 32)) << (power - 5));
}

void record(struct histogram *histogram, uint64_t ns) {
  histogram->counts[bucket_of(ns)]++;
  histogram->total++;
  if (ns > histogram->greatest) histogram->greatest = ns;
}

double percentile_us(const struct histogram *histogram, double part) {
  uint64_t seen = 0, wanted = (uint64_t)((double)histogram->total * part);
  for (int i = 0; i < 64 * 32; i++) {
    seen += histogram->counts[i];
    if (seen > wanted) return lower_end(i) / 1000;
  }
  return (double)histogram->greatest / 1000;
}
