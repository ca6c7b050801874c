/* How much may be under way to this program (I-SOCK-11, I-SOCK-12): bytes of each connection that have been read from the kernel and
   that nobody has taken, and connections of a process that was cut, or that connects without end.

   libzmq bounds whole messages only: the frames of one that never ends are kept without a bound, and so is a message of 16 MiB of
   each connection. Its I/O thread reads and accepts here, while the program's own thread is at work. */
#define _GNU_SOURCE
#include "meter.h"
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { DESCRIPTORS = 1 << 16, LISTENERS = 256, PROCESSES = 256, CUTS = 64 };

/* Of one connection; `most` 0: nobody counts. */
static struct {
    atomic_long most, used;
    atomic_int listener;
    atomic_ulong inode;
} meters[DESCRIPTORS];

static struct listener {
    int is_used;
    char path[sizeof ((struct sockaddr_un *)0)->sun_path];
    int port;
    long first;
    struct cposix_cut cuts[CUTS];
    int begin, count;
} listeners[LISTENERS];

static struct process {
    int pid, strikes, accepted;
    long held_until, window_began, forgotten_at;
} processes[PROCESSES];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

long cposix_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000L + now.tv_nsec / 1000000L;
}

/* Whose listener it is; -1: of nobody who counts. */
static int listener_of(int descriptor) {
    union {
        struct sockaddr any;
        struct sockaddr_un local;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } name;
    socklen_t length = sizeof name;
    memset(&name, 0, sizeof name);
    if (getsockname(descriptor, &name.any, &length) != 0) return -1;
    int port = 0;
    if (name.any.sa_family == AF_INET) port = ntohs(name.v4.sin_port);
    else if (name.any.sa_family == AF_INET6) port = ntohs(name.v6.sin6_port);
    else if (name.any.sa_family != AF_UNIX) return -1;
    for (int i = 0; i < LISTENERS; i++) {
        if (!listeners[i].is_used || listeners[i].port != port) continue;
        if (port != 0 || strncmp(listeners[i].path, name.local.sun_path, sizeof listeners[i].path) == 0) return i;
    }
    return -1;
}

int cposix_meter_listen(const char *path, int port, long first) {
    int number = -1;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < LISTENERS && number < 0; i++)
        if (!listeners[i].is_used) number = i;
    if (number >= 0) {
        struct listener *one = &listeners[number];
        memset(one, 0, sizeof *one);
        one->is_used = 1;
        strncpy(one->path, path, sizeof one->path - 1);
        one->port = port;
        one->first = first;
    }
    pthread_mutex_unlock(&lock);
    return number;
}

void cposix_meter_close(int listener) {
    if (listener < 0 || listener >= LISTENERS) return;
    pthread_mutex_lock(&lock);
    listeners[listener].is_used = 0;
    pthread_mutex_unlock(&lock);
}

/* Its row, or the one that can best be spared. */
static struct process *row_of(int pid, long now) {
    struct process *spare = &processes[0];
    for (int i = 0; i < PROCESSES; i++) {
        if (processes[i].pid == pid) {
            if (now < processes[i].forgotten_at) return &processes[i];
            spare = &processes[i];
            break;
        }
        if (processes[i].forgotten_at < spare->forgotten_at) spare = &processes[i];
    }
    memset(spare, 0, sizeof *spare);
    spare->pid = pid;
    spare->window_began = now;
    spare->forgotten_at = now + CPOSIX_WINDOW;
    return spare;
}

static void strike(struct process *row, long now) {
    /* What was under way when it was cut is part of what it was cut for. */
    if (now < row->held_until) return;
    long pause = row->strikes < 6 ? CPOSIX_PAUSE << row->strikes : CPOSIX_LONGEST_PAUSE;
    if (pause > CPOSIX_LONGEST_PAUSE) pause = CPOSIX_LONGEST_PAUSE;
    row->strikes++;
    row->accepted = 0;
    row->held_until = now + pause;
    row->forgotten_at = row->held_until + CPOSIX_LONGEST_PAUSE;
}

/* Who cannot be told from others is not held for what those do: 0 is whoever is in another PID namespace. */
static int is_told_apart(int pid) { return pid > 0 && pid != getpid(); }

void cposix_strike(int pid, long now) {
    if (!is_told_apart(pid)) return;
    pthread_mutex_lock(&lock);
    strike(row_of(pid, now), now);
    pthread_mutex_unlock(&lock);
}

static int may_connect(int pid, long now) {
    struct process *row = row_of(pid, now);
    if (now < row->held_until) return 0;
    if (now - row->window_began >= CPOSIX_WINDOW) {
        row->window_began = now;
        row->accepted = 0;
    }
    if (++row->accepted > CPOSIX_ACCEPTS) {
        strike(row, now);
        return 0;
    }
    if (row->forgotten_at < now + CPOSIX_WINDOW) row->forgotten_at = now + CPOSIX_WINDOW;
    return 1;
}

int cposix_may_connect(int pid, long now) {
    if (!is_told_apart(pid)) return 1;
    pthread_mutex_lock(&lock);
    int may = may_connect(pid, now);
    pthread_mutex_unlock(&lock);
    return may;
}

static unsigned long inode_of(int descriptor) {
    struct stat status;
    return fstat(descriptor, &status) == 0 ? status.st_ino : 0;
}

int meter_accepted(int descriptor, int listener) {
    if (descriptor >= DESCRIPTORS) return 1;
    pthread_mutex_lock(&lock);
    int number = listener_of(listener);
    long first = number < 0 ? 0 : listeners[number].first;
    int is_local = number >= 0 && listeners[number].port == 0;
    pthread_mutex_unlock(&lock);
    atomic_store(&meters[descriptor].most, 0);
    if (number < 0) return 1;
    if (is_local && !cposix_may_connect(cposix_peer_process(descriptor), cposix_milliseconds())) return 0;
    atomic_store(&meters[descriptor].used, 0);
    atomic_store(&meters[descriptor].listener, number);
    atomic_store(&meters[descriptor].inode, inode_of(descriptor));
    atomic_store(&meters[descriptor].most, first);
    return 1;
}

void cposix_meter_allow(int descriptor, long most) {
    if (descriptor < 0 || descriptor >= DESCRIPTORS) return;
    if (atomic_load(&meters[descriptor].most) > 0) atomic_store(&meters[descriptor].most, most);
}

void cposix_meter_taken(int descriptor, long bytes) {
    if (descriptor < 0 || descriptor >= DESCRIPTORS || atomic_load(&meters[descriptor].most) == 0) return;
    long used = atomic_load(&meters[descriptor].used);
    while (!atomic_compare_exchange_weak(&meters[descriptor].used, &used, used > bytes ? used - bytes : 0)) {}
}

/* It has sent more than it may: told once, and its process waits. */
static void end(int descriptor, long most) {
    int pid = cposix_peer_process(descriptor), number = atomic_load(&meters[descriptor].listener);
    pthread_mutex_lock(&lock);
    struct listener *one = &listeners[number];
    if (one->count < CUTS) {
        one->cuts[(one->begin + one->count) % CUTS] = (struct cposix_cut){descriptor, pid, most};
        one->count++;
    }
    pthread_mutex_unlock(&lock);
    if (pid > 0) cposix_strike(pid, cposix_milliseconds());
}

int cposix_meter_next_cut(int listener, struct cposix_cut *cut) {
    if (listener < 0 || listener >= LISTENERS) return 0;
    pthread_mutex_lock(&lock);
    struct listener *one = &listeners[listener];
    int is_there = one->is_used && one->count > 0;
    if (is_there) {
        *cut = one->cuts[one->begin];
        one->begin = (one->begin + 1) % CUTS;
        one->count--;
    }
    pthread_mutex_unlock(&lock);
    return is_there;
}

size_t meter_room(int descriptor, size_t size) {
    if (descriptor < 0 || descriptor >= DESCRIPTORS) return size;
    long most = atomic_load(&meters[descriptor].most);
    if (most == 0) return size;
    long room = most - atomic_load(&meters[descriptor].used);
    if (room > 0) return size < (size_t)room ? size : (size_t)room;
    /* The number may be another file's by now, and nothing more may have come. */
    if (inode_of(descriptor) != atomic_load(&meters[descriptor].inode)) {
        atomic_store(&meters[descriptor].most, 0);
        return size;
    }
    char next;
    if (recvfrom(descriptor, &next, 1, MSG_PEEK | MSG_DONTWAIT, NULL, NULL) <= 0) return size;
    end(descriptor, most);
    return 0;
}

void meter_came(int descriptor, long bytes) {
    if (descriptor < 0 || descriptor >= DESCRIPTORS) return;
    if (atomic_load(&meters[descriptor].most) > 0) atomic_fetch_add(&meters[descriptor].used, bytes);
}
