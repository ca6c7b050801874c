/* Just enough JSON to read messages whose writer is known: a cursor is a pointer into text that ends with \0.
 *
 * Every function takes NULL and gives NULL (or 0) back, so that a chain of steps fails as one. */
#ifndef BARE_JSON_H
#define BARE_JSON_H

#include <stddef.h>

/* The first character of the value at or after `p`. */
const char *json_value(const char *p);
/* Past the value at `p`; NULL when it is no JSON, deeper than 32 levels, or has a key twice. */
const char *json_skip(const char *p);
/* The value of a key of the object at `p`; NULL when there is none. */
const char *json_member(const char *p, const char *key);
/* Whether the object at `p` has no other key than this one. */
int json_has_only(const char *p, const char *key);
/* The first element of the array at `p`, and the one after an element; NULL at the end. */
const char *json_first(const char *p);
const char *json_next(const char *element);
/* Copies a text without escapes into `out`. Returns 0 when it is none, or too long. */
int json_text(const char *p, char *out, size_t size);
/* Copies a decimal, written as a number or as text, digit for digit. Returns 0 when it is none, or too long. */
int json_decimal(const char *p, char *out, size_t size);

#endif
