#include "cvae/dist.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cvae/log.h"
#include "transport.h"

struct dist {
    transport_t transport;
};

/** Whether a launcher started this process as one of a job: Open MPI's mpirun, or Slurm's srun through PMIx.
 */
static bool is_launched(void) {
    return getenv("OMPI_COMM_WORLD_SIZE") || getenv("PMIX_RANK");
}

status_t dist_start(dist_t **dist) {
    dist_t *created = calloc(1, sizeof *created);
    if (!created) {
        return status_fail(STATUS_MEMORY, "out of memory at the start");
    }
    status_t status = is_launched() ? transport_mpi_start(&created->transport)
                                    : transport_serial_start(&created->transport);
    if (status != STATUS_OK) {
        free(created);
        return status;
    }
    log_enable(created->transport.rank == 0);
    *dist = created;
    return STATUS_OK;
}

void dist_finish(dist_t *dist) {
    if (dist) {
        dist->transport.finish();
        free(dist);
    }
}

int dist_rank(const dist_t *dist) {
    return dist->transport.rank;
}

int dist_size(const dist_t *dist) {
    return dist->transport.size;
}

int dist_hosts(const dist_t *dist) {
    return dist->transport.hosts;
}

void dist_broadcast(dist_t *dist, void *bytes, size_t size) {
    dist->transport.broadcast(bytes, size, 0);
}

void dist_sum(dist_t *dist, int64_t *numbers, size_t count) {
    dist->transport.sum(numbers, count);
}

void dist_sum_floats(dist_t *dist, float *numbers, size_t count) {
    dist->transport.sum_floats(numbers, count);
}

int64_t dist_minimum(dist_t *dist, int64_t number) {
    return dist->transport.minimum(number);
}

status_t dist_agree(dist_t *dist, status_t own) {
    transport_t *transport = &dist->transport;
    const int failed = (int)transport->minimum(own != STATUS_OK ? transport->rank : transport->size);
    if (failed == transport->size) {
        return STATUS_OK;
    }
    int64_t failures = own != STATUS_OK;
    transport->sum(&failures, 1);
    struct {
        status_t status;
        char host[sizeof transport->host];
        char message[STATUS_MESSAGE_SIZE];
    } report = {.status = own};
    memcpy(report.host, transport->host, sizeof report.host);
    strncpy(report.message, status_message(), sizeof report.message - 1);
    transport->broadcast(&report, sizeof report, failed);
    status_fail(report.status, "%s", report.message);
    if (failures < transport->size) {
        status_prefix(report.status, "rank %d on %s", failed, report.host);
    }
    return report.status;
}
