#ifndef CPOSIX_H
#define CPOSIX_H
#include <spawn.h>

/* Functions that glibc hides behind _GNU_SOURCE, which Swift's importer does not define. */
int cposix_spawn_chdir(posix_spawn_file_actions_t *actions, const char *directory);
int cposix_pipe_cloexec(int ends[2]);
/* No descriptor from this one on reaches the child: posix_spawn_file_actions_addclosefrom_np(3). */
int cposix_spawn_close_from(posix_spawn_file_actions_t *actions, int lowest);
/* The flags, and a session of its own, which no other process can join: setsid(2). */
int cposix_spawn_new_session(posix_spawnattr_t *attributes, short flags);
/* Processes whose parent has ended become our children: PR_SET_CHILD_SUBREAPER of prctl(2). */
int cposix_adopt_orphans(void);
/* From now on the highest so many descriptors that may be opened are not for accept4(2): a connection that would get one is closed at
   once, and libzmq is told that it was aborted. libzmq ends the process where no descriptor is left for a connection. */
/* Blocks of 1 MiB and more go back to the system when they are freed: M_MMAP_THRESHOLD of mallopt(3). */
void cposix_return_large_memory(void);
/* The process that has connected a local socket (SO_PEERCRED of unix(7)); 0 for none. */
int cposix_peer_process(int descriptor);
/* What has come over a tcp connection (TCP_INFO of tcp(7)); 0 where the kernel does not say. */
unsigned long cposix_bytes_received(int descriptor);
void cposix_reserve_descriptors(int most, int reserved);

/* Blocks SIGINT and SIGTERM, with_hangup SIGHUP too, and gives a descriptor that becomes readable when one came: signalfd(2). */
int cposix_signal_descriptor(int with_hangup);
/* The number of the next signal, 0 when none waits. */
int cposix_next_signal(int descriptor);

/* Lowers the soft limit of a process's open files to so many: prlimit(2). It may raise it again, up to its hard limit. */
int cposix_limit_descriptors(int process, unsigned long count);

#endif
