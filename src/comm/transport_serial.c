#include <string.h>
#include <unistd.h>

#include "transport.h"

static void broadcast(void *bytes, size_t size, int from) {
    (void)bytes;
    (void)size;
    (void)from;
}

static void sum(int64_t *numbers, size_t count) {
    (void)numbers;
    (void)count;
}

static void sum_floats(float *numbers, size_t count) {
    (void)numbers;
    (void)count;
}

static int64_t minimum(int64_t number) {
    return number;
}

static void barrier(void) {
}

static void gather(const void *own, void *all, size_t size) {
    memcpy(all, own, size);
}

static void *share(size_t size) {
    (void)size;
    return NULL;
}

static void meet(void) {
}

static void broadcast_first(void *bytes, size_t size) {
    (void)bytes;
    (void)size;
}

static void finish(void) {
}

status_t transport_serial_start(transport_t *transport) {
    *transport = (transport_t){.size = 1,
        .hosts = 1,
        .size_here = 1,
        .broadcast = broadcast,
        .sum = sum,
        .sum_floats = sum_floats,
        .minimum = minimum,
        .barrier = barrier,
        .gather = gather,
        .share = share,
        .meet = meet,
        .sum_hosts = sum,
        .broadcast_here = broadcast_first,
        .broadcast_hosts = broadcast_first,
        .finish = finish};
    gethostname(transport->host, sizeof transport->host - 1);
    return STATUS_OK;
}
