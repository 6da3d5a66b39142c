#include <unistd.h>

#include "transport.h"

enum { SHARED_MAX = 4096 };

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

static void *share(size_t size, int *own, int *count) {
    static _Alignas(64) char memory[SHARED_MAX];
    *own = 0;
    *count = 1;
    return size <= sizeof memory ? memory : NULL;
}

static void finish(void) {
}

status_t transport_serial_start(transport_t *transport) {
    *transport = (transport_t){.size = 1,
        .hosts = 1,
        .broadcast = broadcast,
        .sum = sum,
        .sum_floats = sum_floats,
        .minimum = minimum,
        .share = share,
        .finish = finish};
    gethostname(transport->host, sizeof transport->host - 1);
    return STATUS_OK;
}
