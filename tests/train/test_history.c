// A checkpoint's history is read by the names of its columns: those of older and of newer programs too.
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

#include "../../src/train/history.h"

enum { EPOCHS = 2 };

static double rows[EPOCHS + 1][HISTORY_COLUMNS];

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_own_columns_come_back),
        cmocka_unit_test(what_an_older_program_did_not_write_is_missing),
        cmocka_unit_test(what_a_newer_program_wrote_is_left_out),
        cmocka_unit_test(what_is_no_history_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
