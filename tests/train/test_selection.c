#include "test.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "../../src/train/selection.h"

enum { EPOCHS = 7 };

static double rows[EPOCHS][HISTORY_COLUMNS];

/** The cross-entropy of each epoch, NaN where it was not evaluated; the exact match is its negative. */
static history_t history_of(const double *values, size_t count) {
    memset(rows, 0, sizeof rows);
    for (size_t i = 0; i < count; i++) {
        rows[i][HISTORY_EVALUATION_CROSS_ENTROPY] = values[i];
        rows[i][HISTORY_EXACT_MATCH] = -values[i];
        rows[i][HISTORY_BLEU4] = rows[i][HISTORY_GAUSSIAN] = NAN;
    }
    return (history_t){.count = count, .rows = rows};
}

static void the_best_is_the_first_of_equals(void **state) {
    (void)state;
    static config_t config;
    const history_t none = history_of(NULL, 0);
    assert_true(selection_best(&config, &none) == SIZE_MAX);
    const history_t history = history_of((const double[]){3, NAN, 2, 2.5, NAN, 2, 4}, EPOCHS);
    static const config_best_t by_sign[] = {
        CONFIG_BEST_NONE, CONFIG_BEST_CROSS_ENTROPY, CONFIG_BEST_EXACT_MATCH};
    for (int i = 0; i < 3; i++) {
        config.checkpoint.best = by_sign[i];
        assert_int_equal(selection_best(&config, &history), 2);
    }
    config.checkpoint.best = CONFIG_BEST_BLEU4;
    assert_true(selection_best(&config, &history) == SIZE_MAX);
    config.checkpoint.best = CONFIG_BEST_GAUSSIAN;
    assert_true(selection_best(&config, &history) == SIZE_MAX);
}

static void patience_counts_evaluations_since_the_best(void **state) {
    (void)state;
    static config_t config;
    static const double values[] = {3, NAN, 2, 2.5, NAN, 2, 4};
    static const int waited[] = {0, 0, 0, 0, 1, 1, 2, 3}; // after so many epochs
    for (size_t count = 0; count <= EPOCHS; count++) {
        const history_t history = history_of(values, count);
        for (int patience = 0; patience < 5; patience++) {
            config.train.patience = patience;
            assert_int_equal(selection_is_over(&config, &history), patience > 0 && waited[count] >= patience);
        }
    }
}

static void what_cannot_be_selected_by_is_refused(void **state) {
    (void)state;
    static config_t config;
    dataset_t dataset = {.row_count = 9, .train_row_count = 9};
    strcpy(config.data.train, "/words.txt");
    assert_ok(selection_check(&config, &dataset));
    config.train.patience = 1;
    assert_fails(selection_check(&config, &dataset), STATUS_CONFIG,
        "train.patience: no row of /words.txt is held back from training to select by (data.holdout is 0)");
    config.checkpoint.best = CONFIG_BEST_BLEU4;
    assert_fails(selection_check(&config, &dataset), STATUS_CONFIG, "checkpoint.best: no row of /words.txt");
    dataset.train_row_count = 8;
    assert_ok(selection_check(&config, &dataset));
    strcpy(config.evaluate.test, "/test.txt");
    assert_fails(selection_check(&config, &dataset), STATUS_CONFIG, "the test pairs, which must not select");
    config.checkpoint.best = CONFIG_BEST_GAUSSIAN;
    assert_fails(selection_check(&config, &dataset), STATUS_CONFIG, "there is no Gaussian score without");
    config.evaluate.draws = 5;
    assert_ok(selection_check(&config, &dataset));
    dataset = (dataset_t){.given_count = 9, .train_given_count = 9};
    config.checkpoint.best = CONFIG_BEST_EXACT_MATCH;
    assert_fails(selection_check(&config, &dataset), STATUS_CONFIG, "checkpoint.best: no row of /words.txt");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_is_the_first_of_equals),
        cmocka_unit_test(patience_counts_evaluations_since_the_best),
        cmocka_unit_test(what_cannot_be_selected_by_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
