#include <stdlib.h>

#include "cvae/dataset.h"
#include "dataset_parse.h"

status_t dataset_test_create(dataset_test_t *test, const dataset_t *dataset, const dataset_source_t *source) {
    *test = (dataset_test_t){0};
    dataset_source_t pairs_source = *source;
    pairs_source.is_pairs = true;
    pairs_source.holdout = 0;
    dataset_parse_t parse;
    status_t status = dataset_parse(&parse, &pairs_source, &dataset->alphabet);
    if (status != STATUS_OK) {
        return status;
    }
    size_t count = parse.records.count;
    pair_t *pairs = calloc(count, sizeof *pairs);
    if (!pairs) {
        status = status_fail(STATUS_MEMORY, "out of memory for %zu test pairs", count);
        goto cleanup;
    }
    for (size_t p = 0; p < count; p++) {
        pairs[p] = (pair_t){
            .source = dataset_records_word(&parse.records, p, 0),
            .target = dataset_records_word(&parse.records, p, 1),
            .index = p,
        };
    }
    *test = (dataset_test_t){.count = count, .pairs = pairs, .letters = parse.records.letters};
    parse.records.letters = NULL;
cleanup:
    dataset_parse_destroy(&parse);
    return status;
}

void dataset_test_destroy(dataset_test_t *test) {
    free(test->pairs);
    free(test->letters);
    *test = (dataset_test_t){0};
}
