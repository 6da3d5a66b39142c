// damage FILE FLIPS TRUNCATIONS SEED: that many copies of a checkpoint, each with one bit flipped or cut off
// somewhere, through the program's reading function. None may be loaded as good. Prints a table, a line for
// each class of bytes; status 1 where one was loaded.
//
// The damage is done to the file itself and undone: give it a copy. Half of the flips are spread evenly over
// the whole file, the other half evenly over the classes, most of which are small; cuts likewise.
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checkpoint/checkpoint.h"

enum { SEAL_SIZE = 512, FOUND_MIN = 64 };

typedef enum { SEAL, STRUCTURE, WEIGHTS, TRAINING, OTHERS, LAST, CLASSES } class_t;

static const char *const titles[CLASSES] = {
    [SEAL] = "the seal",
    [STRUCTURE] = "HDF5's own bytes, attributes, numbers",
    [WEIGHTS] = "weights",
    [TRAINING] = "optimizer's state, identity, data",
    [OTHERS] = "configuration, history, versions",
    [LAST] = "the last 512 bytes",
};

typedef struct {
    FILE *file;
    const char *path;
    unsigned char *bytes, *classes; /**< [size] */
    size_t size;
    uint64_t random;
    size_t flips[CLASSES], cuts[CLASSES], loaded;
} campaign_t;

static uint64_t next_random(campaign_t *campaign) {
    // Xorshift*, enough for places.
    campaign->random ^= campaign->random >> 12;
    campaign->random ^= campaign->random << 25;
    campaign->random ^= campaign->random >> 27;
    return campaign->random * 2685821657736338717u;
}

static void check(bool is_fine, const char *what) {
    if (!is_fine) {
        fprintf(stderr, "damage: %s: %s\n", what, status_message());
        exit(2);
    }
}

static void read_file(campaign_t *campaign) {
    campaign->file = fopen(campaign->path, "r+b");
    check(campaign->file && fseek(campaign->file, 0, SEEK_END) == 0, campaign->path);
    campaign->size = (size_t)ftell(campaign->file);
    campaign->bytes = malloc(campaign->size);
    campaign->classes = malloc(campaign->size);
    check(campaign->bytes && campaign->classes, "out of memory");
    check(pread(fileno(campaign->file), campaign->bytes, campaign->size, 0) == (ssize_t)campaign->size,
        "it cannot be read");
}

/** What each byte is part of: the arrays' bytes are looked for, since HDF5 stores them as they are. */
static void classify(campaign_t *campaign) {
    static const class_t of_state[] = {[CHECKPOINT_STATE_NONE] = OTHERS,
        [CHECKPOINT_STATE_TRAINING] = TRAINING,
        [CHECKPOINT_STATE_PARAMETER] = WEIGHTS};
    static const size_t sizes[] = {
        [CHECKPOINT_FLOAT32] = 4, [CHECKPOINT_FLOAT64] = 8, [CHECKPOINT_INT64] = 8, [CHECKPOINT_TEXT] = 1};
    checkpoint_t checkpoint;
    check(checkpoint_read(campaign->path, &checkpoint) == STATUS_OK, "the file is not good to begin with");
    memset(campaign->classes, STRUCTURE, campaign->size);
    memset(campaign->classes, SEAL, SEAL_SIZE);
    for (size_t i = 0; i < checkpoint.count; i++) {
        const checkpoint_array_t *array = &checkpoint.arrays[i];
        size_t length = sizes[array->type];
        for (int d = 0; d < array->dimensions; d++) {
            length *= array->dimension[d];
        }
        const unsigned char *place =
            length >= FOUND_MIN ? memmem(campaign->bytes, campaign->size, array->data, length) : NULL;
        if (place) {
            memset(campaign->classes + (place - campaign->bytes), of_state[array->state], length);
        }
    }
    memset(campaign->classes + campaign->size - SEAL_SIZE, LAST, SEAL_SIZE);
    checkpoint_destroy(&checkpoint);
}

/** Number `index` of `count` places: those of even numbers go over the file, the others over the classes. */
static size_t choose_place(campaign_t *campaign, size_t index, size_t count) {
    if (index % 2 == 0) {
        const size_t first = campaign->size * index / count, next = campaign->size * (index + 2) / count;
        return first + next_random(campaign) % (next > first && next <= campaign->size ? next - first : 1);
    }
    const class_t wanted = (class_t)(index / 2 % CLASSES);
    size_t members = 0;
    for (size_t i = 0; i < campaign->size; i++) {
        members += campaign->classes[i] == wanted;
    }
    check(members > 0, "a class has no bytes");
    size_t left = next_random(campaign) % members, place = 0;
    while (campaign->classes[place] != wanted || left-- > 0) {
        place++;
    }
    return place;
}

/** The file as it is now must be refused, with one line. */
static void must_be_refused(campaign_t *campaign, const char *what, size_t place) {
    checkpoint_t checkpoint;
    const status_t status = checkpoint_read(campaign->path, &checkpoint);
    if (status == STATUS_OK) {
        fprintf(stderr, "damage: loaded as good: %s %zu\n", what, place);
        campaign->loaded++;
    } else if (status != STATUS_CHECKPOINT || strchr(status_message(), '\n')) {
        fprintf(stderr, "damage: %s %zu: refused, but with: %s\n", what, place, status_message());
        campaign->loaded++;
    }
    checkpoint_destroy(&checkpoint);
}

static void flip(campaign_t *campaign, size_t place) {
    const unsigned char changed = campaign->bytes[place] ^ (unsigned char)(1u << next_random(campaign) % 8);
    check(pwrite(fileno(campaign->file), &changed, 1, (off_t)place) == 1, "it cannot be written");
    must_be_refused(campaign, "a bit flipped in byte", place);
    check(pwrite(fileno(campaign->file), &campaign->bytes[place], 1, (off_t)place) == 1,
        "it cannot be written");
    campaign->flips[campaign->classes[place]]++;
}

static void cut(campaign_t *campaign, size_t place) {
    check(ftruncate(fileno(campaign->file), (off_t)place) == 0, "it cannot be cut");
    must_be_refused(campaign, "cut off at byte", place);
    const size_t length = campaign->size - place;
    check(pwrite(fileno(campaign->file), campaign->bytes + place, length, (off_t)place) == (ssize_t)length,
        "it cannot be written");
    campaign->cuts[campaign->classes[place]]++;
}

static void print(const campaign_t *campaign, size_t flips, size_t cuts) {
    printf("%-40s %10s %8s %8s\n", "class of bytes", "bytes", "flips", "cuts");
    for (int class = 0; class < CLASSES; class ++) {
        size_t members = 0;
        for (size_t i = 0; i < campaign->size; i++) {
            members += campaign->classes[i] == class;
        }
        printf(
            "%-40s %10zu %8zu %8zu\n", titles[class], members, campaign->flips[class], campaign->cuts[class]);
    }
    printf("%zu of %zu flips and cuts were refused, %zu loaded as good\n", flips + cuts - campaign->loaded,
        flips + cuts, campaign->loaded);
}

int main(int argument_count, char **arguments) {
    if (argument_count != 5) {
        fprintf(stderr, "usage: damage FILE FLIPS TRUNCATIONS SEED\n");
        return 64;
    }
    campaign_t campaign = {.path = arguments[1], .random = strtoull(arguments[4], NULL, 10) * 2 + 1};
    const size_t flips = strtoull(arguments[2], NULL, 10), cuts = strtoull(arguments[3], NULL, 10);
    checkpoint_t checkpoint;
    read_file(&campaign);
    classify(&campaign);
    for (size_t i = 0; i < flips; i++) {
        flip(&campaign, choose_place(&campaign, i, flips));
    }
    for (size_t i = 0; i < cuts; i++) {
        cut(&campaign, choose_place(&campaign, i, cuts));
    }
    print(&campaign, flips, cuts);
    // And what was undone is good again: it was the damage that was refused.
    check(checkpoint_read(campaign.path, &checkpoint) == STATUS_OK, "undamaged it is refused");
    checkpoint_destroy(&checkpoint);
    fclose(campaign.file);
    free(campaign.bytes);
    free(campaign.classes);
    return campaign.loaded > 0;
}
