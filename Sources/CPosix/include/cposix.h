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
/* Blocks of 1 MiB and more go back to the system when they are freed: M_MMAP_THRESHOLD of mallopt(3). */
void cposix_return_large_memory(void);
/* The process that has connected a local socket (SO_PEERCRED of unix(7)); 0 for none. */
int cposix_peer_process(int descriptor);
/* What has come over a tcp connection (TCP_INFO of tcp(7)); 0 where the kernel does not say. */
unsigned long cposix_bytes_received(int descriptor);
/* From now on the highest so many descriptors that may be opened are not for accept4(2): a connection that would get one is closed at
   once, and libzmq is told that it was aborted. libzmq ends the process where no descriptor is left for a connection. */
void cposix_reserve_descriptors(int most, int reserved);

/* Milliseconds: the first pause of a process that was cut (each next one is twice as long), the longest, and the time in which it may
   make so many connections. It is forgotten when it has behaved for the longest pause after the last one. */
enum { CPOSIX_PAUSE = 1000, CPOSIX_LONGEST_PAUSE = 60000, CPOSIX_WINDOW = 10000, CPOSIX_ACCEPTS = 128 };

/* A connection that was ended since it had sent more than it might. */
struct cposix_cut {
    int descriptor;
    /* 0: not known. */
    int pid;
    long most;
};
/* Counts the connections that come to a local path (port 0) or to a port, and what comes over them: at first so many bytes may be
   there that nobody has taken. The number of the listener; -1: there are too many. */
int cposix_meter_listen(const char *path, int port, long first);
void cposix_meter_close(int listener);
/* So many bytes may be there from now on. */
void cposix_meter_allow(int descriptor, long most);
/* So many were taken. */
void cposix_meter_taken(int descriptor, long bytes);
/* 1 and the next connection that was ended; 0: there is none. */
int cposix_meter_next_cut(int listener, struct cposix_cut *cut);
/* A process was cut for too much at this time of the monotonic clock: for a pause none of its connections is taken. */
void cposix_strike(int pid, long now);
/* Whether it may connect now; it counts. */
int cposix_may_connect(int pid, long now);
long cposix_milliseconds(void);

/* Blocks SIGINT and SIGTERM, with_hangup SIGHUP too, and gives a descriptor that becomes readable when one came: signalfd(2). */
int cposix_signal_descriptor(int with_hangup);
/* The number of the next signal, 0 when none waits. */
int cposix_next_signal(int descriptor);

/* A set of descriptors that is one itself, readable while one of them is ready: epoll(7). */
struct cposix_ready { int descriptor, readable, writable, failed; };
int cposix_watch_create(void);
/* 0; -1 and errno. */
int cposix_watch(int set, int descriptor, int readable, int writable);
void cposix_watch_end(int set, int descriptor);
/* How many are ready now; it does not wait. */
int cposix_watch_next(int set, struct cposix_ready *ready, int most);
/* A descriptor that is readable after so many milliseconds, negative for never: timerfd_create(2). */
int cposix_timer_create(void);
int cposix_timer_set(int timer, long milliseconds);
void cposix_timer_clear(int timer);

/* Lowers the soft limit of a process's open files to so many: prlimit(2). It may raise it again, up to its hard limit. */
int cposix_limit_descriptors(int process, unsigned long count);

#endif
