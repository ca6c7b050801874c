/* The rules of `scripts/bench --peers` (see peer.py) without any engine: what the machine can do at most.
 *
 *     floor FOLDER     prints one line of JSON
 */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { max_symbols = 10000 };

typedef struct { int open, high, low, close; } bar;

typedef struct {
    bar *bars;
    int count, held, waits, first, paid, risk, best, level, stop, stop_size, half, took;
} slot;

static slot slots[max_symbols];
static long orders, fills, cash;

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fill(slot *one, int change, int price) {
    fills++;
    one->held += change;
    cash -= (long)change * price;
}

static void step(slot *one, const bar *now) {
    int is_new = one->waits;
    if (one->waits) {
        int stop = now->open * 99 / 100;
        one->waits = one->took = one->stop = one->half = 0;
        one->paid = one->best = now->open;
        one->level = one->first > stop ? one->first : stop;
        one->risk = one->paid - one->first;
        fill(one, 100, now->open);
    } else {
        if (one->half) fill(one, -one->half, now->open);
        one->half = 0;
        if (one->stop && now->low <= one->stop) {
            fill(one, -one->stop_size, now->open < one->stop ? now->open : one->stop);
            one->stop = 0;
        }
    }
    if (one->held == 0) {
        one->first = now->close * 99 / 100;
        one->waits = 1;
        one->stop = 0;
        orders++;
        return;
    }
    if (!is_new && now->high > one->best) one->best = now->high;
    int trail = (int)((long)one->best * 985 / 1000), level = trail > one->level ? trail : one->level;
    int takes = !one->took && now->close >= one->paid + 2 * one->risk;
    if (takes) {
        one->took = 1;
        one->half = one->held - one->held / 2;
        orders++;
    }
    if (takes || !one->stop || level > one->level) {
        one->stop = level;
        one->stop_size = one->held - one->half;
        orders++;
    }
    one->level = level;
}

static int cents(char **at) {
    int value = 0;
    for (; **at != ',' && **at != '\n'; (*at)++)
        if (**at != '.') value = value * 10 + (**at - '0');
    (*at)++;
    return value;
}

static void read_bars(const char *path, slot *one) {
    FILE *file = fopen(path, "rb");
    if (!file) { perror(path); exit(1); }
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(size + 1);
    one->bars = malloc((size / 20 + 1) * sizeof(bar));
    if (!text || !one->bars || fread(text, 1, size, file) != size) { perror(path); exit(1); }
    fclose(file);
    text[size] = 0;
    for (char *at = strchr(text, '\n') + 1; *at;) {
        at = strchr(at, ',') + 1;
        bar *now = &one->bars[one->count++];
        now->open = cents(&at), now->high = cents(&at), now->low = cents(&at), now->close = cents(&at);
        at = strchr(at, '\n') + 1;
    }
    free(text);
}

/* The most that was ever resident. */
static long kilobytes(void) {
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    long most = 0;
    while (file && fgets(line, sizeof line, file)) sscanf(line, "VmHWM: %ld", &most);
    if (file) fclose(file);
    return most;
}

int main(int count, char **words) {
    if (count != 2) { fprintf(stderr, "floor: name a folder\n"); return 2; }
    double begin = seconds(CLOCK_MONOTONIC), processor = seconds(CLOCK_PROCESS_CPUTIME_ID);
    DIR *folder = opendir(words[1]);
    if (!folder) { perror(words[1]); return 1; }
    int symbols = 0;
    for (struct dirent *entry; (entry = readdir(folder)) && symbols < max_symbols;) {
        if (!strstr(entry->d_name, "-trade.csv")) continue;
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", words[1], entry->d_name);
        read_bars(path, &slots[symbols++]);
    }
    closedir(folder);
    long bars = 0;
    for (int at = 0, more = symbols; more; at++) {
        more = 0;
        for (int i = 0; i < symbols; i++)
            if (at < slots[i].count) step(&slots[i], &slots[i].bars[at]), bars++, more = 1;
    }
    printf("{\"seconds\": %.6f, \"processor_seconds\": %.6f, \"bars\": %ld, \"orders\": %ld, \"fills\": %ld, \"kilobytes\": %ld}\n",
           seconds(CLOCK_MONOTONIC) - begin, seconds(CLOCK_PROCESS_CPUTIME_ID) - processor, bars, orders, fills, kilobytes());
}
