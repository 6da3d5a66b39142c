#include "table.h"

#include "cvae/dataset_image.h"
#include "cvae/setup.h"

status_t table_agree(dist_t *dist, status_t parsed) {
    status_t own = parsed;
    dist_broadcast(dist, &parsed, sizeof parsed);
    if (dist_rank(dist) != 0 && parsed == STATUS_DATA) {
        own = status_fail(STATUS_DATA, "as rank 0 says");
    }
    return dist_agree(dist, own);
}

/** Rank 0's part. The text, which is as large as what is made of it, is gone at the end. */
static status_t read_alone(run_t *run) {
    const bool is_reader = dist_rank(run->dist) == 0;
    input_t text = {0};
    status_t status = is_reader ? input_read(run->config.data.train, &text) : STATUS_OK;
    status = dist_agree(run->dist, status);
    if (status == STATUS_OK) {
        status = is_reader ? setup_dataset(&run->config, &text, NULL, &run->dataset) : STATUS_OK;
        status = table_agree(run->dist, status);
    }
    input_release(&text);
    return status;
}

/** One image a host takes the place of rank 0's data set. */
static status_t spread(run_t *run) {
    const bool is_reader = dist_rank(run->dist) == 0;
    size_t size = is_reader ? dataset_image_size(&run->dataset) : 0;
    dist_broadcast(run->dist, &size, sizeof size);
    status_t status = host_memory_create(&run->table_memory, run->dist, size);
    if (status != STATUS_OK) {
        return status;
    }
    if (is_reader) {
        dataset_image_write(&run->dataset, run->table_memory.bytes);
        dataset_destroy(&run->dataset);
    }
    host_memory_spread(&run->table_memory, run->dist);
    dataset_image_open(&run->dataset, run->table_memory.bytes);
    return STATUS_OK;
}

status_t table_read(run_t *run) {
    const status_t status = read_alone(run);
    return status == STATUS_OK && dist_size(run->dist) > 1 ? spread(run) : status;
}

size_t table_bytes(const run_t *run, bool *is_shared) {
    *is_shared = run->table_memory.is_shared && run->order_memory.is_shared;
    return dataset_image_size(&run->dataset) + run->order_memory.size;
}
