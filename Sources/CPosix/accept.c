/* accept4(2) and recv(2) as libzmq calls them: the program's own symbols come before those of the C library. Without <sys/socket.h>,
   whose prototypes have a union for the address. What they count is in meter.c. */
#define _GNU_SOURCE
#include "meter.h"
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* Connections get descriptors below it; 0: no bound. */
static atomic_int lowest_reserved;

void cposix_reserve_descriptors(int most, int reserved) {
    atomic_store(&lowest_reserved, most > reserved ? most - reserved : 0);
}

int accept4(int listener, void *address, void *length, int flags) {
    long result = syscall(SYS_accept4, listener, address, length, flags);
    int bound = atomic_load(&lowest_reserved);
    if (result >= 0 && ((bound > 0 && result >= bound) || !meter_accepted((int)result, listener))) {
        close((int)result);
        errno = ECONNABORTED;
        return -1;
    }
    /* libzmq 4.3.4 ends the process for EMFILE of an ipc listener (errno_assert in ipc_listener_t::accept). */
    if (result < 0 && bound > 0 && (errno == EMFILE || errno == ENOBUFS || errno == ENOMEM)) errno = ECONNABORTED;
    return (int)result;
}

ssize_t recv(int descriptor, void *buffer, size_t size, int flags) {
    size_t room = meter_room(descriptor, size);
    if (room == 0 && size > 0) {
        errno = ECONNRESET;
        return -1;
    }
    long result = syscall(SYS_recvfrom, descriptor, buffer, room, flags, NULL, NULL);
    if (result > 0) meter_came(descriptor, result);
    return result;
}
