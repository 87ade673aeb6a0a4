/* What the server costs, from /proc: the processor time of all threads of its processes, and their resident memory. */
#include "load.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int pids[PIDS_MAX];
int pid_count;

void read_pids(const char *list) {
  for (char *end; *list != '\0' && pid_count < PIDS_MAX; list = *end == ',' ? end + 1 : end) {
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

static DIR *open_folder(int pid, const char *name) {
  char path[300];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  DIR *folder = opendir(path);
  if (folder == NULL) fail("the server's process %d is gone", pid);
  return folder;
}

void count_descriptors(int *each) {
  for (int i = 0; i < pid_count; i++) {
    each[i] = 0;
    DIR *folder = open_folder(pids[i], "fd");
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) each[i] += entry->d_name[0] != '.';
    closedir(folder);
  }
}

static struct usage usage_of(int pid) {
  char path[300];
  snprintf(path, sizeof path, "/proc/%d/schedstat", pid);
  struct usage usage = {.waited_us = read_number(path, "%*f %lf") / 1000};
  DIR *threads = open_folder(pid, "task");
  for (struct dirent *thread; (thread = readdir(threads)) != NULL;) {
    if (thread->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pid, thread->d_name);
    usage.cpu_us += read_number(path, "%lf") / 1000;
  }
  closedir(threads);
  return usage;
}

void read_usage(struct usage *each) {
  for (int i = 0; i < pid_count; i++) each[i] = usage_of(pids[i]);
}

double server_cpu_us(void) {
  double us = 0;
  for (int i = 0; i < pid_count; i++) us += usage_of(pids[i]).cpu_us;
  return us;
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
