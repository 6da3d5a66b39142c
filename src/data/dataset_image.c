#include "dataset_image.h"

#include <string.h>

#include "base/memory.h"

/** What an image begins with; the arrays come behind it. */
typedef struct {
    dataset_t dataset; /**< without its arrays */
    size_t letter_count;
    bool has_lines;
} header_t;

static header_t header_of(const dataset_t *dataset) {
    header_t header = {
        .dataset = *dataset,
        .letter_count = dataset->offset[dataset->word_count],
        .has_lines = dataset->lines != NULL,
    };
    header.dataset.letters = NULL;
    header.dataset.offset = NULL;
    header.dataset.word_condition = NULL;
    header.dataset.lines = NULL;
    header.dataset.row_index.slot = NULL;
    header.dataset.is_view = true;
    return header;
}

/** Takes the header's place and the arrays' out of a block: where they stand, or how much room they need. */
static void layout(dataset_t *view, memory_t *memory, const header_t *header) {
    const size_t records = header->dataset.row_count + header->dataset.given_count;
    memory_take(memory, 1, sizeof *header);
    *view = header->dataset;
    view->letters = memory_take(memory, header->letter_count, sizeof *view->letters);
    view->offset = memory_take(memory, view->word_count + 1, sizeof *view->offset);
    view->word_condition = memory_take(memory, view->word_count, sizeof *view->word_condition);
    view->lines = header->has_lines ? memory_take(memory, records, sizeof *view->lines) : NULL;
    view->row_index.slot = memory_take(memory, view->row_index.size, sizeof *view->row_index.slot);
}

size_t dataset_image_size(const dataset_t *dataset) {
    const header_t header = header_of(dataset);
    memory_t memory = {0};
    dataset_t view;
    layout(&view, &memory, &header);
    return memory.used;
}

static void copy(void *to, const void *from, size_t count, size_t size) {
    if (count > 0) {
        memcpy(to, from, count * size);
    }
}

void dataset_image_write(const dataset_t *dataset, void *block) {
    const header_t header = header_of(dataset);
    const size_t words = dataset->word_count, records = dataset->row_count + dataset->given_count;
    dataset_t view;
    memcpy(block, &header, sizeof header);
    dataset_image_open(&view, block);
    copy(view.letters, dataset->letters, header.letter_count, sizeof *view.letters);
    copy(view.offset, dataset->offset, words + 1, sizeof *view.offset);
    copy(view.word_condition, dataset->word_condition, words, sizeof *view.word_condition);
    copy(view.lines, dataset->lines, header.has_lines ? records : 0, sizeof *view.lines);
    copy(view.row_index.slot, dataset->row_index.slot, view.row_index.size, sizeof *view.row_index.slot);
}

void dataset_image_open(dataset_t *dataset, void *block) {
    const header_t *header = block;
    memory_t memory = {.base = block, .size = SIZE_MAX};
    layout(dataset, &memory, header);
}
