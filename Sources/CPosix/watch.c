#define _GNU_SOURCE
#include "cposix.h"
#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

int cposix_watch_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int cposix_watch(int set, int descriptor, int readable, int writable) {
    struct epoll_event event = {.data.fd = descriptor};
    if (readable) event.events |= EPOLLIN;
    if (writable) event.events |= EPOLLOUT;
    /* A number that was closed and opened again is not in the set any more. */
    if (epoll_ctl(set, EPOLL_CTL_MOD, descriptor, &event) == 0) return 0;
    return errno == ENOENT ? epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event) : -1;
}

void cposix_watch_end(int set, int descriptor) {
    struct epoll_event event = {0};
    epoll_ctl(set, EPOLL_CTL_DEL, descriptor, &event);
}

int cposix_watch_next(int set, struct cposix_ready *ready, int most) {
    struct epoll_event events[64];
    int count = epoll_wait(set, events, most < 64 ? most : 64, 0);
    for (int index = 0; index < count; index++) {
        uint32_t seen = events[index].events;
        ready[index].descriptor = events[index].data.fd;
        ready[index].readable = (seen & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
        ready[index].writable = (seen & EPOLLOUT) != 0;
        ready[index].failed = (seen & (EPOLLHUP | EPOLLERR)) != 0;
    }
    return count < 0 ? 0 : count;
}

int cposix_timer_create(void) { return timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC); }

int cposix_timer_set(int timer, long milliseconds) {
    struct itimerspec time = {0};
    if (milliseconds >= 0) {
        time.it_value.tv_sec = milliseconds / 1000;
        time.it_value.tv_nsec = milliseconds % 1000 * 1000000;
        /* Zero would be never. */
        if (milliseconds == 0) time.it_value.tv_nsec = 1;
    }
    return timerfd_settime(timer, 0, &time, 0);
}

void cposix_timer_clear(int timer) {
    uint64_t count;
    while (read(timer, &count, sizeof count) < 0 && errno == EINTR) {
    }
}
