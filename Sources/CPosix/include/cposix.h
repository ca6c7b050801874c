#ifndef CPOSIX_H
#define CPOSIX_H
#include <spawn.h>

/* Functions that glibc hides behind _GNU_SOURCE, which Swift's importer does not define. */
int cposix_spawn_chdir(posix_spawn_file_actions_t *actions, const char *directory);
int cposix_pipe_cloexec(int ends[2]);

/* Blocks SIGINT and SIGTERM, with_hangup SIGHUP too, and gives a descriptor that becomes readable when one came: signalfd(2). */
int cposix_signal_descriptor(int with_hangup);
/* The number of the next signal, 0 when none waits. */
int cposix_next_signal(int descriptor);

/* Lowers the soft limit of a process's open files to so many: prlimit(2). It may raise it again, up to its hard limit. */
int cposix_limit_descriptors(int process, unsigned long count);

#endif
