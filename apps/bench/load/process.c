/* What the server costs, from /proc: the processor time of all threads of its processes, and their resident memory. */
#include "load.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int pids[64], pid_count;

void read_pids(const char *list) {
  for (char *end; *list != '\0' && pid_count < 64; list = *end == ',' ? end + 1 : end) {
    pids[pid_count++] = (int)strtol(list, &end, 10);
    if (end == list) fail("pids=%s: a list of numbers is wanted", list);
  }
}

static double read_number(const char *path, const char *format) {
  double value = 0;
  FILE *file = fopen(path, "r");
  if (file == NULL) return 0;
  if (fscanf(file, format, &value) != 1) value = 0;
  fclose(file);
  return value;
}

double server_cpu_us(void) {
  double ns = 0;
  for (int i = 0; i < pid_count; i++) {
    char path[300];
    snprintf(path, sizeof path, "/proc/%d/task", pids[i]);
    DIR *threads = opendir(path);
    if (threads == NULL) fail("the server's process %d is gone", pids[i]);
    for (struct dirent *thread; (thread = readdir(threads)) != NULL;) {
      if (thread->d_name[0] == '.') continue;
      snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pids[i], thread->d_name);
      ns += read_number(path, "%lf");
    }
    closedir(threads);
  }
  return ns / 1000;
}

double server_rss(void) {
  double pages = 0;
  for (int i = 0; i < pid_count; i++) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/statm", pids[i]);
    pages += read_number(path, "%*s %lf");
  }
  return pages * (double)sysconf(_SC_PAGESIZE);
}
