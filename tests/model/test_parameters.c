#include "model/parameters.h"
#include "fixture.h"

static void fill(parameters_t *table) {
    *table = (parameters_t){0};
    assert_int_equal(parameters_add(table, "first", 3, 5, 0.5), 0);
    assert_int_equal(parameters_add(table, "second", 16, 0, 0.25), 1);
    assert_int_equal(parameters_add(table, "third", 1, 1, 0), 2);
    assert_int_equal(parameters_add(table, "fourth", 200, 100, 0), 3);
    assert_int_equal(parameters_add(table, "fifth", 150, 100, 0.1), 4);
}

static void test_places(void **state) {
    (void)state;
    parameters_t table;
    fill(&table);
    const size_t offsets[] = {0, 16, 32, 48, 48 + 20000}, counts[] = {15, 16, 1, 20000, 15000};
    assert_int_equal(table.count, 5);
    assert_int_equal(table.total, 15 + 16 + 1 + 20000 + 15000);
    // 15000 is no multiple of 16: the block ends behind the last tensor's padding.
    assert_int_equal(table.size, 48 + 20000 + 15008);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(table.entry[i].offset, offsets[i]);
        assert_int_equal(table.entry[i].count, counts[i]);
    }
}

static void test_dimensions(void **state) {
    (void)state;
    parameters_t table;
    fill(&table);
    assert_string_equal(table.entry[0].name, "first");
    assert_int_equal(table.entry[0].dimensions, 2);
    assert_int_equal(table.entry[0].dimension[0], 3);
    assert_int_equal(table.entry[0].dimension[1], 5);
    assert_true(table.entry[0].bound == 0.5);
    assert_int_equal(table.entry[1].dimensions, 1);
    assert_int_equal(table.entry[1].dimension[0], 16);
    assert_int_equal(table.entry[2].dimensions, 2);
}

static void test_tensor_at_an_element(void **state) {
    (void)state;
    parameters_t table;
    fill(&table);
    assert_ptr_equal(parameters_at(&table, 0), &table.entry[0]);
    assert_ptr_equal(parameters_at(&table, 14), &table.entry[0]);
    assert_null(parameters_at(&table, 15));
    assert_ptr_equal(parameters_at(&table, 16), &table.entry[1]);
    assert_ptr_equal(parameters_at(&table, 31), &table.entry[1]);
    assert_ptr_equal(parameters_at(&table, 32), &table.entry[2]);
    assert_null(parameters_at(&table, 33));
    assert_null(parameters_at(&table, table.size - 1));
    assert_null(parameters_at(&table, table.size));
}

static void test_initial_values(void **state) {
    (void)state;
    parameters_t table;
    fill(&table);
    real *block = fixture_normal(1, 1, table.size);
    parameters_initialise(&table, 42, block);
    for (int i = 0; i < table.count; i++) {
        const parameters_entry_t *entry = &table.entry[i];
        const double variance = entry->bound > 0 ? entry->bound * entry->bound / 3 : 1;
        double sum = 0, squares = 0, largest = 0;
        for (size_t j = 0; j < entry->count; j++) {
            const double value = block[entry->offset + j];
            sum += value;
            squares += value * value;
            largest = fmax(largest, fabs(value));
        }
        assert_true(entry->bound == 0 || largest <= (double)(real)entry->bound);
        if (entry->count > 10000) {
            // Five standard errors: of the mean, and of the second moment (its relative variance is 0.8 and
            // 2).
            const double n = (double)entry->count;
            assert_true(fabs(sum / n) < 5 * sqrt(variance / n));
            assert_true(fabs(squares / n / variance - 1) < 5 * sqrt((entry->bound > 0 ? 0.8 : 2) / n));
            assert_true(largest > (entry->bound > 0 ? 0.999 * entry->bound : 3.5));
        }
    }
    for (size_t i = 0; i < table.size; i++) {
        assert_true(parameters_at(&table, i) || block[i] == 0);
    }
}

static void test_seed_decides_alone(void **state) {
    (void)state;
    parameters_t table;
    fill(&table);
    const size_t bytes = table.size * sizeof(real);
    real *a = fixture_normal(1, 1, table.size), *b = fixture_normal(2, 1, table.size);
    parameters_initialise(&table, 42, a);
    parameters_initialise(&table, 42, b);
    assert_memory_equal(a, b, bytes);
    parameters_initialise(&table, 43, b);
    for (int i = 0; i < table.count; i++) {
        const size_t offset = table.entry[i].offset;
        assert_memory_not_equal(a + offset, b + offset, table.entry[i].count * sizeof(real));
    }
}

/** Two tensors of a kind get other numbers; one keeps its own whatever stands behind it. */
static void test_tensors_have_streams_of_their_own(void **state) {
    (void)state;
    parameters_t two = {0}, one = {0};
    parameters_add(&two, "a", 20, 0, 1);
    parameters_add(&two, "b", 20, 0, 1);
    parameters_add(&one, "a", 20, 0, 1);
    real *of_two = fixture_normal(1, 1, two.size), *of_one = fixture_normal(1, 1, one.size);
    parameters_initialise(&two, 7, of_two);
    parameters_initialise(&one, 7, of_one);
    assert_memory_equal(of_two, of_one, 20 * sizeof(real));
    assert_memory_not_equal(of_two, of_two + two.entry[1].offset, 20 * sizeof(real));
}

/** The numbers that a seed means must never change: old checkpoints and published runs depend on it. */
static void test_values_of_a_seed(void **state) {
    (void)state;
    parameters_t table;
    fill(&table);
    real *block = fixture_normal(1, 1, table.size);
    parameters_initialise(&table, 42, block);
    random_stream_t uniform = random_stream(42, RANDOM_INITIAL_WEIGHTS, 0, 1);
    random_stream_t normal = random_stream(42, RANDOM_INITIAL_WEIGHTS, 0, 3);
    for (size_t i = 0; i < 16; i++) {
        assert_true(block[table.entry[1].offset + i] == (real)(0.25 * (2 * random_uniform(&uniform) - 1)));
        assert_true(block[table.entry[3].offset + i] == (real)random_normal(&normal));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_dimensions),
        cmocka_unit_test(test_tensor_at_an_element),
        cmocka_unit_test_teardown(test_initial_values, fixture_release),
        cmocka_unit_test_teardown(test_seed_decides_alone, fixture_release),
        cmocka_unit_test_teardown(test_tensors_have_streams_of_their_own, fixture_release),
        cmocka_unit_test_teardown(test_values_of_a_seed, fixture_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
