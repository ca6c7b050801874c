/* A stop at a fixed distance from the average price: a policy in plain C, from proto/PROTOCOL.md alone. Needs libzmq.
 *
 * One thread: it answers faster than the heart-beats come. Exit codes as the page says: 0 asked to leave, or the core is
 * gone; 1 something here failed; 2 settings are wrong; 3 the core refused. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "json.h"

enum { LONGEST_MESSAGE = 16 << 20, LONGEST_WISH = 320, HELLO_MILLISECONDS = 1000, RUNNING = -1, AGAIN = -2 };

static void *context, *core;
static char endpoint[256], name[65], token[128];
static char session[128], distance[32] = "0.02";
static long long epoch, sent, heartbeat = 1000;

static long long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void die(const char *why) {
    fprintf(stderr, "error %s\n", why);
    exit(1);
}

/* ---- what is sent ---- */

/* Header and body; `re` and `cycle` ("" and -1 when there is none) say what is answered. Returns 0 when the core is not there. */
static int say(const char *type, const char *re, long long cycle, const char *body) {
    char header[1024], answers[256] = "", belongs[64] = "";
    if (*re) snprintf(answers, sizeof answers, ",\"re\":\"%s\"", re);
    if (cycle >= 0) snprintf(belongs, sizeof belongs, ",\"cycle\":%lld", cycle);
    int length = snprintf(
        header, sizeof header, "{\"v\":\"1.1\",\"type\":\"%s\",\"id\":\"c%lld\",\"session\":\"%s\",\"epoch\":%lld,\"seq\":%lld%s%s}",
        type, sent + 1, session, epoch, sent + 1, answers, belongs);
    if (zmq_send(core, header, length, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0) return 0;
    if (zmq_send(core, body, strlen(body), 0) < 0) die(zmq_strerror(zmq_errno()));
    sent++;
    return 1;
}

static void say_error(const char *re, long long cycle, const char *why) {
    char body[512];
    fprintf(stderr, "warning %s\n", why);
    snprintf(body, sizeof body, "{\"reason\":\"%s\"}", why);
    say("error", re, cycle, body);
}

static int hello(void) {
    char body[512], proof[160] = "";
    if (*token) snprintf(proof, sizeof proof, ",\"token\":\"%s\"", token);
    snprintf(
        body, sizeof body,
        "{\"name\":\"%s\",\"role\":\"policy\",\"version\":\"1.0.0\",\"speaks\":{\"major\":1,\"minor\":1}%s}", name, proof);
    return say("hello", "", -1, body);
}

/* ---- what is heard ---- */

/* The distance of the settings, a share above 0 and below 1; what they do not say is the default. Returns 0 when it is wrong. */
static int take_settings(const char *settings) {
    char text[sizeof distance];
    const char *value = json_member(settings, "distance");
    if (!json_has_only(settings, "distance")) return 0;
    if (!value) return 1;
    if (!json_decimal(value, text, sizeof text) || strncmp(text, "0.", 2) || strspn(text, "0.") == strlen(text)) return 0;
    return strlen(text) <= 8 && strcpy(distance, text) != NULL; /* 0.123456: a ratio has 6 decimals */
}

/* For every position a stop, by its distance: the core finds the price, on the broker's grid. */
static void evaluate(const char *whole, const char *re, long long cycle) {
    const char *positions = json_member(whole, "positions");
    if (!positions || *positions != '[') return say_error(re, cycle, "positions are a list");
    size_t size = 0, count = 0;
    for (const char *position = json_first(positions); position; position = json_next(position)) count++;
    size_t room = 64 + count * LONGEST_WISH;
    char *body = malloc(room), symbol[25];
    if (!body) die("no memory");
    size += snprintf(body, room, "{\"recommendations\":[");
    const char *comma = "";
    for (const char *position = json_first(positions); position; position = json_next(position)) {
        if (!json_text(json_member(position, "symbol"), symbol, sizeof symbol)) continue;
        size += snprintf(
            body + size, room - size,
            "%s{\"symbol\":\"%s\",\"advice\":{\"protect\":{\"distance\":{\"percent\":\"%s\"},\"from\":\"average\"}},"
            "\"urgency\":\"high\",\"reason\":\"never lose more than %s of what was paid\"}",
            comma, symbol, distance, distance);
        comma = ",";
    }
    snprintf(body + size, room - size, "]}");
    say("recommendations", re, cycle, body);
    free(body);
}

static int begin(const char *body, const char *re) {
    const char *beat = json_member(body, "heartbeat_milliseconds");
    if (!json_text(json_member(body, "session"), session, sizeof session) || !beat) return AGAIN;
    heartbeat = atoll(beat);
    if (take_settings(json_member(body, "settings"))) {
        say("ready", re, -1, "{}");
        return RUNNING;
    }
    say_error(re, -1, "settings: nothing but distance is known, a share above 0 and below 1, such as 0.02");
    say("bye", "", -1, "{\"reason\":\"its settings are wrong\"}");
    return 2;
}

static int act(const char *type, const char *re, long long cycle, const char *body) {
    char why[256] = "";
    if (!strcmp(type, "welcome")) return begin(body, re);
    if (!strcmp(type, "heartbeat")) say("heartbeat", re, -1, "{}");
    else if (!strcmp(type, "evaluate")) evaluate(body, re, cycle);
    else if (!strcmp(type, "configure")) {
        if (take_settings(json_member(body, "settings"))) say("ready", re, -1, "{}");
        else say_error(re, -1, "settings: nothing but distance is known, a share above 0 and below 1, such as 0.02");
    } else if (!strcmp(type, "drain")) {
        say("bye", "", -1, "{\"reason\":\"drained\"}");
        return 0;
    } else if (!strcmp(type, "refused") || !strcmp(type, "error")) {
        json_text(json_member(body, "reason"), why, sizeof why);
        fprintf(stderr, "warning the core says %s: %s\n", type, why);
        return *type == 'r' ? 3 : RUNNING;
    } else say_error(re, cycle, "a policy knows no such message");
    return RUNNING;
}

/* One frame as text that ends with \0; NULL when there is none. To be freed. */
static char *frame(int *has_more) {
    zmq_msg_t message;
    zmq_msg_init(&message);
    if (zmq_msg_recv(&message, core, ZMQ_DONTWAIT) < 0) return NULL;
    size_t size = zmq_msg_size(&message);
    char *text = calloc(1, size + 1);
    if (!text) die("no memory");
    memcpy(text, zmq_msg_data(&message), size);
    *has_more = zmq_msg_more(&message);
    zmq_msg_close(&message);
    return text;
}

/* Checks the header, and acts. What cannot be read is answered and not acted upon. */
static int take(const char *header, const char *body) {
    char version[16], type[32] = "", id[128] = "", of[sizeof session] = "";
    json_text(json_member(header, "id"), id, sizeof id);
    json_text(json_member(header, "session"), of, sizeof of);
    int has_type = json_text(json_member(header, "type"), type, sizeof type);
    int is_answered = !has_type || (strcmp(type, "error") && strcmp(type, "refused") && strcmp(type, "bye"));
    const char *number = json_member(header, "cycle"), *newest = json_member(header, "epoch");
    int has_cycle = number && *number >= '0' && *number <= '9';
    long long cycle = has_cycle ? atoll(number) : -1;
    if (!json_text(json_member(header, "v"), version, sizeof version) || strncmp(version, "1.", 2) ||
        !has_type || (number && !has_cycle) || json_value(json_skip(header)) ||
        !json_skip(body) || json_value(json_skip(body))) {
        if (is_answered) say_error(id, cycle, "the message cannot be read");
        return RUNNING;
    }
    if (json_first(json_member(header, "crit"))) {
        if (is_answered) say_error(id, cycle, "crit names a field that is not understood");
        return RUNNING;
    }
    if (newest && atoll(newest) > epoch) epoch = atoll(newest);
    /* Of another session: it is dropped. Welcome and refused begin and end one. */
    if (strcmp(type, "welcome") && strcmp(type, "refused") && strcmp(type, "error") && strcmp(of, session)) return RUNNING;
    return act(type, id, cycle, body);
}

static int receive(void) {
    int code = RUNNING, has_more = 0;
    for (char *header; code == RUNNING && (header = frame(&has_more));) {
        char *body = has_more ? frame(&has_more) : NULL;
        int more = has_more;
        while (has_more) free(frame(&has_more));
        if (body && !more) code = take(header, body);
        else say_error("", -1, "a message has two frames");
        free(header);
        free(body);
    }
    return code;
}

/* ---- one socket's life ---- */

static void connect_anew(void) {
    int immediate = 1, linger = 0;
    int64_t longest = LONGEST_MESSAGE;
    core = zmq_socket(context, ZMQ_DEALER);
    if (!core) die(zmq_strerror(zmq_errno()));
    zmq_setsockopt(core, ZMQ_IMMEDIATE, &immediate, sizeof immediate);
    zmq_setsockopt(core, ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt(core, ZMQ_MAXMSGSIZE, &longest, sizeof longest);
    if (zmq_connect(core, endpoint) < 0) die(zmq_strerror(zmq_errno()));
    *session = 0;
    epoch = sent = 0;
}

/* Until the core is silent for three heart-beats and two seconds (AGAIN), or there is an exit code. */
static int talk(void) {
    long long heard = now(), next_hello = 0;
    char byte;
    while (!*session || now() - heard <= 3 * heartbeat + 2000) {
        if (!*session && now() >= next_hello) next_hello = now() + (hello() ? HELLO_MILLISECONDS : 20);
        zmq_pollitem_t items[] = {{core, 0, ZMQ_POLLIN, 0}, {NULL, 0, ZMQ_POLLIN, 0}};
        zmq_poll(items, 2, *session ? 500 : 20);
        if (items[1].revents && read(0, &byte, 1) == 0) return 0; /* the core is gone */
        if (!items[0].revents) continue;
        heard = now();
        int code = receive();
        if (code != RUNNING) return code;
    }
    return AGAIN;
}

static void read_launch_line(void) {
    char line[1024];
    size_t length = 0;
    while (length + 1 < sizeof line && read(0, line + length, 1) == 1 && line[length] != '\n') length++;
    line[length] = 0;
    json_text(json_member(line, "token"), token, sizeof token);
    if (!json_text(json_member(line, "endpoint"), endpoint, sizeof endpoint) ||
        !json_text(json_member(line, "name"), name, sizeof name))
        die("standard input: the core writes one line there, with endpoint and name");
}

int main(void) {
    read_launch_line();
    context = zmq_ctx_new();
    int code, patience = 1000;
    do {
        connect_anew();
        code = talk();
        if (code != AGAIN) zmq_setsockopt(core, ZMQ_LINGER, &patience, sizeof patience);
        zmq_close(core);
    } while (code == AGAIN);
    zmq_ctx_term(context); /* waits for the last word, one second at most */
    return code;
}
