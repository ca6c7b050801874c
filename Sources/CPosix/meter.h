#ifndef METER_H
#define METER_H
#include "cposix.h"
#include <stddef.h>

/* A connection has come to a listener. 0: it is not to be taken. */
int meter_accepted(int descriptor, int listener);
/* How many bytes may be read of it now, `size` at most; 0: it has sent more than it may, and is to end. */
size_t meter_room(int descriptor, size_t size);
void meter_came(int descriptor, long bytes);

#endif
