#include "table.h"

#include "base/file.h"
#include "data/dataset.h"
#include "setup.h"

status_t table_agree(comm_t *comm, status_t parsed) {
    status_t own = parsed;
    comm_broadcast(comm, &parsed, sizeof parsed);
    if (comm_rank(comm) != 0 && parsed == STATUS_DATA) {
        own = status_fail(STATUS_DATA, "as rank 0 says");
    }
    return comm_agree(comm, own);
}

/** Rank 0's part. The text, which is as large as what is made of it, is gone at the end. */
static status_t read_alone(run_t *run) {
    const bool is_reader = comm_rank(run->comm) == 0;
    file_content_t text = {0};
    status_t status = is_reader ? file_read(run->config.data.train, &text) : STATUS_OK;
    status = comm_agree(run->comm, status);
    if (status == STATUS_OK) {
        status = is_reader ? setup_dataset(&run->config, &text, NULL, &run->dataset) : STATUS_OK;
        status = table_agree(run->comm, status);
    }
    file_release(&text);
    return status;
}

/** One image a host takes the place of rank 0's data set. */
static status_t spread(run_t *run) {
    const bool is_reader = comm_rank(run->comm) == 0;
    size_t size = is_reader ? dataset_image_size(&run->dataset) : 0;
    comm_broadcast(run->comm, &size, sizeof size);
    status_t status = host_memory_create(&run->table_memory, run->comm, size);
    if (status != STATUS_OK) {
        return status;
    }
    if (is_reader) {
        dataset_image_write(&run->dataset, run->table_memory.bytes);
        dataset_destroy(&run->dataset);
    }
    host_memory_spread(&run->table_memory, run->comm);
    dataset_image_open(&run->dataset, run->table_memory.bytes);
    return STATUS_OK;
}

status_t table_read(run_t *run) {
    const status_t status = read_alone(run);
    return status == STATUS_OK && comm_size(run->comm) > 1 ? spread(run) : status;
}

size_t table_bytes(const run_t *run, bool *is_shared) {
    *is_shared = run->table_memory.is_shared && run->order_memory.is_shared;
    return dataset_image_size(&run->dataset) + run->order_memory.size;
}
