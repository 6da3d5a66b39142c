// A checkpoint's history is read by the names of its columns: those of older and of newer programs too. The
// best epoch, and the end that train.patience sets, follow from it.
#include "test.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

#include "../../src/train/history.h"

enum { EPOCHS = 2, EVALUATED = 7 };

static double rows[EPOCHS + 1][HISTORY_COLUMNS], evaluated_rows[EVALUATED][HISTORY_COLUMNS];

static bool is_missing(size_t epoch, history_column_t but, history_column_t and_but) {
    bool is_missing = true;
    for (history_column_t column = HISTORY_STEP + 1; column < HISTORY_COLUMNS; column++) {
        is_missing = is_missing && (column == but || column == and_but || isnan(rows[epoch][column]));
    }
    return is_missing;
}

static void its_own_columns_come_back(void **state) {
    (void)state;
    double values[EPOCHS][HISTORY_COLUMNS];
    history_t history = {.count = 1, .rows = rows};
    for (int i = 0; i < EPOCHS * HISTORY_COLUMNS; i++) {
        values[i / HISTORY_COLUMNS][i % HISTORY_COLUMNS] = i % 5 == 3 ? NAN : i;
    }
    assert_ok(history_read(&history, history_columns, values[0], EPOCHS, HISTORY_COLUMNS));
    assert_int_equal(history.count, EPOCHS);
    assert_memory_equal(rows, values, sizeof values);
    assert_ok(history_read(&history, history_columns, NULL, 0, HISTORY_COLUMNS));
    assert_int_equal(history.count, 0);
}

static void what_an_older_program_did_not_write_is_missing(void **state) {
    (void)state;
    // In another order than this program's, and without a newline at the end.
    static const double values[EPOCHS][4] = {{0.25, 1, 10, 7.5}, {0.5, 2, 20, NAN}};
    history_t history = {.rows = rows};
    assert_ok(history_read(&history, "kl_weight\nepoch\nstep\nloss", values[0], EPOCHS, 4));
    assert_int_equal(history.count, EPOCHS);
    for (size_t epoch = 0; epoch < EPOCHS; epoch++) {
        assert_true(rows[epoch][HISTORY_EPOCH] == values[epoch][1]);
        assert_true(rows[epoch][HISTORY_STEP] == values[epoch][2]);
        assert_true(rows[epoch][HISTORY_KL_WEIGHT] == values[epoch][0]);
        assert_true(is_missing(epoch, HISTORY_KL_WEIGHT, HISTORY_LOSS));
    }
    assert_true(rows[0][HISTORY_LOSS] == 7.5);
    assert_true(isnan(rows[1][HISTORY_LOSS]));
}

static void what_a_newer_program_wrote_is_left_out(void **state) {
    (void)state;
    static const double values[] = {3, 1, 30, 4, 0.5};
    history_t history = {.rows = rows};
    log_enable(false);
    assert_ok(history_read(&history, "temperature\nepoch\nstep\nlos\nkl\n", values, 1, 5));
    assert_true(rows[0][HISTORY_KL] == 0.5);
    assert_true(is_missing(0, HISTORY_KL, HISTORY_KL));
}

static void what_is_no_history_is_refused(void **state) {
    (void)state;
    static const double values[8] = {0};
    history_t history = {.rows = rows};
    assert_fails(history_read(&history, "epoch\nstep\nkl\n", values, 1, 4), STATUS_CHECKPOINT,
        "its history has 4 columns, but names for 3");
    assert_fails(history_read(&history, "epoch\nstep\nkl\n", values, 1, 2), STATUS_CHECKPOINT,
        "its history has 2 columns, but names for 3");
    assert_fails(history_read(&history, "", values, 1, 0), STATUS_CHECKPOINT, "no column \"epoch\"");
    assert_fails(
        history_read(&history, "epoch\nloss\n", values, 1, 2), STATUS_CHECKPOINT, "no column \"step\"");
    assert_fails(history_read(&history, "epoch\nstep\nkl\nkl\n", values, 1, 4), STATUS_CHECKPOINT,
        "its history has two columns \"kl\", expected one");
}

/** The cross-entropy of each epoch, NaN where it was not evaluated; the exact match is its negative. */
static history_t history_of(const double *values, size_t count) {
    memset(evaluated_rows, 0, sizeof evaluated_rows);
    for (size_t i = 0; i < count; i++) {
        evaluated_rows[i][HISTORY_EVALUATION_CROSS_ENTROPY] = values[i];
        evaluated_rows[i][HISTORY_EXACT_MATCH] = -values[i];
        evaluated_rows[i][HISTORY_BLEU4] = evaluated_rows[i][HISTORY_GAUSSIAN] = NAN;
    }
    return (history_t){.count = count, .rows = evaluated_rows};
}

static void the_best_epoch_is_the_first_of_equals(void **state) {
    (void)state;
    static config_t config;
    const history_t none = history_of(NULL, 0);
    assert_true(history_best(&config, &none) == SIZE_MAX);
    const history_t history = history_of((const double[]){3, NAN, 2, 2.5, NAN, 2, 4}, EVALUATED);
    static const config_best_t by_sign[] = {
        CONFIG_BEST_NONE, CONFIG_BEST_CROSS_ENTROPY, CONFIG_BEST_EXACT_MATCH};
    for (int i = 0; i < 3; i++) {
        config.checkpoint.best = by_sign[i];
        assert_int_equal(history_best(&config, &history), 2);
    }
    config.checkpoint.best = CONFIG_BEST_BLEU4;
    assert_true(history_best(&config, &history) == SIZE_MAX);
    config.checkpoint.best = CONFIG_BEST_GAUSSIAN;
    assert_true(history_best(&config, &history) == SIZE_MAX);
}

static void patience_counts_evaluations_since_the_best(void **state) {
    (void)state;
    static config_t config;
    static const double values[] = {3, NAN, 2, 2.5, NAN, 2, 4};
    static const int waited[] = {0, 0, 0, 0, 1, 1, 2, 3}; // after so many epochs
    for (size_t count = 0; count <= EVALUATED; count++) {
        const history_t history = history_of(values, count);
        for (int patience = 0; patience < 5; patience++) {
            config.train.patience = patience;
            assert_int_equal(history_is_over(&config, &history), patience > 0 && waited[count] >= patience);
        }
    }
}

static void what_cannot_be_selected_by_is_refused(void **state) {
    (void)state;
    static config_t config;
    dataset_t dataset = {.row_count = 9, .train_row_count = 9};
    strcpy(config.data.train, "/words.txt");
    assert_ok(history_check_selection(&config, &dataset));
    config.train.patience = 1;
    assert_fails(history_check_selection(&config, &dataset), STATUS_CONFIG,
        "train.patience: no row of /words.txt is held back from training to select by (data.holdout is 0)");
    config.checkpoint.best = CONFIG_BEST_BLEU4;
    assert_fails(
        history_check_selection(&config, &dataset), STATUS_CONFIG, "checkpoint.best: no row of /words.txt");
    dataset.train_row_count = 8;
    assert_ok(history_check_selection(&config, &dataset));
    strcpy(config.evaluate.test, "/test.txt");
    assert_fails(
        history_check_selection(&config, &dataset), STATUS_CONFIG, "the test pairs, which must not select");
    config.checkpoint.best = CONFIG_BEST_GAUSSIAN;
    assert_fails(
        history_check_selection(&config, &dataset), STATUS_CONFIG, "there is no Gaussian score without");
    config.evaluate.draws = 5;
    assert_ok(history_check_selection(&config, &dataset));
    dataset = (dataset_t){.given_count = 9, .train_given_count = 9};
    config.checkpoint.best = CONFIG_BEST_EXACT_MATCH;
    assert_fails(
        history_check_selection(&config, &dataset), STATUS_CONFIG, "checkpoint.best: no row of /words.txt");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_own_columns_come_back),
        cmocka_unit_test(what_an_older_program_did_not_write_is_missing),
        cmocka_unit_test(what_a_newer_program_wrote_is_left_out),
        cmocka_unit_test(what_is_no_history_is_refused),
        cmocka_unit_test(the_best_epoch_is_the_first_of_equals),
        cmocka_unit_test(patience_counts_evaluations_since_the_best),
        cmocka_unit_test(what_cannot_be_selected_by_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
