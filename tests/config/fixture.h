/** What the tests of the configuration share: the example of the manual, and short ways to parse. */
#ifndef CONFIG_FIXTURE_H
#define CONFIG_FIXTURE_H

#include <string.h>

#include "config/config.h"
#include "test.h"

/** Where the texts of the tests pretend to come from. */
#define FILE_NAME "/home/verbs/launch/train.yaml"

/** The shortest text that is a configuration. */
#define SHORTEST "data: {train: words.txt}\n"

static const char example[] =
    "name: verbs\n"
    "seed: 1\n"
    "data:    {train: ../data/verbs.txt, holdout: 0.1, pairs: random, conditions: [simple-present, "
    "third-person, progressive, past]}\n"
    "model:   {hidden: 256, latent: 32, embedding: 64, condition: 8, layers: 2}\n"
    "train:   {epochs: 30, batch_size: 256, micro_batch: 32,\n"
    "          kl_weight: {schedule: linear, to: 0.1, over: 0.7}, teacher_forcing: {schedule: step, from: "
    "1.0, "
    "factor: 0.85, every: 3}}\n"
    "optimizer: {name: adam, lr: 0.002, clip: 1.0, lr_schedule: {schedule: cosine, warmup_steps: 50, to: "
    "0.02}}\n"
    "evaluate:  {every: 5, test: null, draws: 1000}\n"
    "checkpoint: {directory: ../checkpoints, every: 5, every_steps: 0, keep: 3}\n";

enum { OVERRIDES_MAX = 6 };

/** Parses text with the overrides up to the first NULL. */
static inline status_t parse(config_t *config, const char *text, const char *const overrides[OVERRIDES_MAX]) {
    int count = 0;
    while (overrides && count < OVERRIDES_MAX && overrides[count]) {
        count++;
    }
    return config_parse(config, FILE_NAME, text, strlen(text), overrides, count);
}

/** Parses what has to be right. */
static inline config_t parsed(const char *text) {
    config_t config;
    assert_ok(parse(&config, text, NULL));
    return config;
}

#endif
