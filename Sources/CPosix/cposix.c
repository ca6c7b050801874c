#define _GNU_SOURCE
#include "cposix.h"
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

int cposix_spawn_chdir(posix_spawn_file_actions_t *actions, const char *directory) {
    return posix_spawn_file_actions_addchdir_np(actions, directory);
}

int cposix_spawn_close_from(posix_spawn_file_actions_t *actions, int lowest) {
    return posix_spawn_file_actions_addclosefrom_np(actions, lowest);
}

int cposix_spawn_new_session(posix_spawnattr_t *attributes, short flags) {
    return posix_spawnattr_setflags(attributes, flags | POSIX_SPAWN_SETSID);
}

void cposix_return_large_memory(void) {
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
}

int cposix_adopt_orphans(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

int cposix_pipe_cloexec(int ends[2]) {
    return pipe2(ends, O_CLOEXEC);
}

int cposix_signal_descriptor(int with_hangup) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    if (with_hangup) sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int cposix_next_signal(int descriptor) {
    struct signalfd_siginfo info;
    return read(descriptor, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

int cposix_limit_descriptors(int process, unsigned long count) {
    struct rlimit limit;
    if (prlimit(process, RLIMIT_NOFILE, NULL, &limit) != 0) return -1;
    if (limit.rlim_cur <= count) return 0;
    limit.rlim_cur = count;
    return prlimit(process, RLIMIT_NOFILE, &limit, NULL);
}
