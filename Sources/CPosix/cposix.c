#define _GNU_SOURCE
#include "cposix.h"
#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

int cposix_spawn_chdir(posix_spawn_file_actions_t *actions, const char *directory) {
    return posix_spawn_file_actions_addchdir_np(actions, directory);
}

int cposix_pipe_cloexec(int ends[2]) {
    return pipe2(ends, O_CLOEXEC);
}
