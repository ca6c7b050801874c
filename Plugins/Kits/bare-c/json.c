#include "json.h"

#include <string.h>

enum { DEEPEST = 32, COMPARED_KEYS = 64 };

const char *json_value(const char *p) {
    while (p && *p && strchr(" \t\r\n", *p)) p++;
    return p && *p ? p : NULL;
}

static const char *skip_text(const char *p) {
    for (p++; *p && *p != '"'; p++)
        if ((unsigned char)*p < 0x20 || (*p == '\\' && !*++p)) return NULL;
    return *p ? p + 1 : NULL;
}

static const char *skip_deep(const char *p, int depth);

/* Between brackets: values, with keys in front where it is an object. */
static const char *skip_members(const char *p, char end, int depth) {
    const char *keys[COMPARED_KEYS];
    size_t count = 0;
    if (depth == 0) return NULL;
    p = json_value(p + 1);
    if (p && *p == end) return p + 1;
    while (p) {
        if (end == '}') {
            const char *key = p, *after = *p == '"' ? skip_text(p) : NULL;
            for (size_t i = 0; after && i < count; i++)
                if (!strncmp(keys[i], key, after - key)) return NULL; /* a key that stands twice */
            if (after && count < COMPARED_KEYS) keys[count++] = key;
            p = json_value(after);
            p = p && *p == ':' ? json_value(p + 1) : NULL;
        }
        p = json_value(skip_deep(p, depth - 1));
        if (!p || *p == end) return p ? p + 1 : NULL;
        p = *p == ',' ? json_value(p + 1) : NULL;
    }
    return NULL;
}

static const char *skip_deep(const char *p, int depth) {
    p = json_value(p);
    if (!p) return NULL;
    if (*p == '"') return skip_text(p);
    if (*p == '{' || *p == '[') return skip_members(p, *p == '{' ? '}' : ']', depth);
    size_t length = strspn(p, "-.0123456789truefalsn");
    return length ? p + length : NULL;
}

const char *json_skip(const char *p) { return skip_deep(p, DEEPEST); }

const char *json_first(const char *p) {
    p = json_value(p);
    p = p && *p == '[' ? json_value(p + 1) : NULL;
    return p && *p != ']' ? p : NULL;
}

const char *json_next(const char *element) {
    const char *p = json_value(json_skip(element));
    return p && *p == ',' ? json_value(p + 1) : NULL;
}

const char *json_member(const char *p, const char *key) {
    size_t length = strlen(key);
    p = json_value(p);
    p = p && *p == '{' ? json_value(p + 1) : NULL;
    while (p && *p == '"') {
        const char *name = p + 1, *after = skip_text(p), *colon = json_value(after);
        const char *value = colon && *colon == ':' ? json_value(colon + 1) : NULL;
        if (value && (size_t)(after - name) == length + 1 && !strncmp(name, key, length)) return value;
        p = json_value(json_skip(value));
        p = p && *p == ',' ? json_value(p + 1) : NULL;
    }
    return NULL;
}

int json_has_only(const char *p, const char *key) {
    p = json_value(p);
    const char *first = p && *p == '{' ? json_value(p + 1) : NULL;
    if (!first || *first == '}') return first != NULL;
    const char *end = json_value(json_skip(json_member(p, key)));
    return end && *end == '}' && !strncmp(first + 1, key, strlen(key)) && first[1 + strlen(key)] == '"';
}

int json_text(const char *p, char *out, size_t size) {
    p = json_value(p);
    if (!p || *p != '"') return 0;
    size_t length = strcspn(p + 1, "\"\\");
    if (p[length + 1] != '"' || length >= size) return 0;
    memcpy(out, p + 1, length);
    out[length] = 0;
    return 1;
}

int json_decimal(const char *p, char *out, size_t size) {
    p = json_value(p);
    if (!p) return 0;
    if (*p == '"') {
        if (!json_text(p, out, size)) return 0;
    } else {
        size_t length = strspn(p, "-.0123456789");
        if (length == 0 || length >= size) return 0;
        memcpy(out, p, length);
        out[length] = 0;
    }
    const char *digits = out + (*out == '-');
    size_t whole = strspn(digits, "0123456789");
    size_t places = digits[whole] == '.' ? strspn(digits + whole + 1, "0123456789") : 0;
    return whole > 0 && digits[whole + (places ? places + 1 : 0)] == 0;
}
