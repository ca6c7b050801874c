/* accept4(2) as libzmq calls it: the program's own symbol comes before that of the C library. Without <sys/socket.h>, whose prototype
   has a union for the address. */
#define _GNU_SOURCE
#include "cposix.h"
#include <errno.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Connections get descriptors below it; 0: no bound. */
static atomic_int lowest_reserved;

void cposix_reserve_descriptors(int most, int reserved) {
    atomic_store(&lowest_reserved, most > reserved ? most - reserved : 0);
}

int accept4(int listener, void *address, void *length, int flags) {
    long result = syscall(SYS_accept4, listener, address, length, flags);
    int bound = atomic_load(&lowest_reserved);
    if (result >= 0 && bound > 0 && result >= bound) {
        close((int)result);
        errno = ECONNABORTED;
        return -1;
    }
    /* libzmq 4.3.4 ends the process for EMFILE of an ipc listener (errno_assert in ipc_listener_t::accept). */
    if (result < 0 && bound > 0 && (errno == EMFILE || errno == ENOBUFS || errno == ENOMEM)) errno = ECONNABORTED;
    return (int)result;
}
