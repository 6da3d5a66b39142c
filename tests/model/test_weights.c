#include "model/weights.h"
#include "fixture.h"

typedef struct {
    const char *name;
    int rows, columns; /**< columns 0: a vector */
    double bound_of;   /**< initial values up to 1 / sqrt of it; 0: normal */
} expected_t;

static void assert_table(const parameters_t *table, const expected_t *expected, int count) {
    size_t total = 0;
    assert_int_equal(table->count, count);
    for (int i = 0; i < count; i++) {
        const parameters_entry_t *entry = &table->entry[i];
        assert_string_equal(entry->name, expected[i].name);
        assert_int_equal(entry->dimensions, expected[i].columns > 0 ? 2 : 1);
        assert_int_equal(entry->dimension[0], expected[i].rows);
        if (expected[i].columns > 0) {
            assert_int_equal(entry->dimension[1], expected[i].columns);
        }
        assert_int_equal(entry->offset % PARAMETERS_ALIGNMENT, 0);
        assert_true(i == 0 || entry->offset >= entry[-1].offset + entry[-1].count);
        assert_true(entry->bound == (expected[i].bound_of > 0 ? 1 / sqrt(expected[i].bound_of) : 0));
        total += entry->count;
    }
    const parameters_entry_t *last = &table->entry[count - 1];
    assert_int_equal(table->total, total);
    assert_true(table->size >= last->offset + last->count);
    assert_int_equal(table->size % PARAMETERS_ALIGNMENT, 0);
}

/** V = 9, E = 5, H = 6, Z = 4, K = 2: everything everywhere. */
static void test_table_with_everything(void **state) {
    (void)state;
    const expected_t expected[] = {
        {"condition.weight", 3, 2, 0},
        {"encoder.embedding.weight", 9, 5, 0},
        {"encoder.lstm.weight_ih_l0", 24, 7, 6},
        {"encoder.lstm.weight_hh_l0", 24, 6, 6},
        {"encoder.lstm.bias_ih_l0", 24, 0, 6},
        {"encoder.lstm.bias_hh_l0", 24, 0, 6},
        {"encoder.lstm.weight_ih_l1", 24, 6, 6},
        {"encoder.lstm.weight_hh_l1", 24, 6, 6},
        {"encoder.lstm.bias_ih_l1", 24, 0, 6},
        {"encoder.lstm.bias_hh_l1", 24, 0, 6},
        {"encoder.mean.weight", 4, 6, 6},
        {"encoder.mean.bias", 4, 0, 6},
        {"encoder.log_variance.weight", 4, 6, 6},
        {"encoder.log_variance.bias", 4, 0, 6},
        {"decoder.embedding.weight", 9, 5, 0},
        {"decoder.first_hidden_l0.weight", 6, 6, 6},
        {"decoder.first_hidden_l0.bias", 6, 0, 6},
        {"decoder.first_hidden_l1.weight", 6, 6, 6},
        {"decoder.first_hidden_l1.bias", 6, 0, 6},
        {"decoder.first_cell_l0.weight", 6, 6, 6},
        {"decoder.first_cell_l0.bias", 6, 0, 6},
        {"decoder.first_cell_l1.weight", 6, 6, 6},
        {"decoder.first_cell_l1.bias", 6, 0, 6},
        {"decoder.lstm.weight_ih_l0", 24, 11, 6},
        {"decoder.lstm.weight_hh_l0", 24, 6, 6},
        {"decoder.lstm.bias_ih_l0", 24, 0, 6},
        {"decoder.lstm.bias_hh_l0", 24, 0, 6},
        {"decoder.lstm.weight_ih_l1", 24, 6, 6},
        {"decoder.lstm.weight_hh_l1", 24, 6, 6},
        {"decoder.lstm.bias_ih_l1", 24, 0, 6},
        {"decoder.lstm.bias_hh_l1", 24, 0, 6},
        {"decoder.output.weight", 9, 6, 6},
        {"decoder.output.bias", 9, 0, 6},
    };
    shape_t shape = fixture_shape();
    shape.layers = 2;
    parameters_t table;
    memset(&table, 0xff, sizeof table);
    weights_describe(&shape, &table);
    assert_table(&table, expected, sizeof expected / sizeof *expected);
}

/** One-hot condition, z into the hidden state alone, the condition into the encoder's hidden state alone. */
static void test_table_with_little(void **state) {
    (void)state;
    const expected_t expected[] = {
        {"encoder.embedding.weight", 9, 5, 0},
        {"encoder.lstm.weight_ih_l0", 24, 5, 6},
        {"encoder.lstm.weight_hh_l0", 24, 6, 6},
        {"encoder.lstm.bias_ih_l0", 24, 0, 6},
        {"encoder.lstm.bias_hh_l0", 24, 0, 6},
        {"encoder.mean.weight", 4, 6, 6},
        {"encoder.mean.bias", 4, 0, 6},
        {"encoder.log_variance.weight", 4, 6, 6},
        {"encoder.log_variance.bias", 4, 0, 6},
        {"decoder.embedding.weight", 9, 5, 0},
        {"decoder.first_hidden_l0.weight", 6, 4, 4},
        {"decoder.first_hidden_l0.bias", 6, 0, 4},
        {"decoder.lstm.weight_ih_l0", 24, 8, 6},
        {"decoder.lstm.weight_hh_l0", 24, 6, 6},
        {"decoder.lstm.bias_ih_l0", 24, 0, 6},
        {"decoder.lstm.bias_hh_l0", 24, 0, 6},
        {"decoder.output.weight", 9, 6, 6},
        {"decoder.output.bias", 9, 0, 6},
    };
    shape_t shape = fixture_shape();
    shape.condition_embedding = 0;
    shape.encoder_condition = SHAPE_ENTERS_HIDDEN;
    shape.decoder_latent = SHAPE_ENTERS_HIDDEN;
    shape.decoder_condition = SHAPE_ENTERS_STEPS;
    parameters_t table;
    weights_describe(&shape, &table);
    assert_table(&table, expected, sizeof expected / sizeof *expected);
}

/** GRU cells: three gates; an encoder of two directions: a layer reads both of the one below. */
static void test_table_of_a_bidirectional_gru(void **state) {
    (void)state;
    const expected_t expected[] = {
        {"encoder.embedding.weight", 9, 5, 0},
        {"encoder.gru.weight_ih_l0", 18, 5, 6},
        {"encoder.gru.weight_hh_l0", 18, 6, 6},
        {"encoder.gru.bias_ih_l0", 18, 0, 6},
        {"encoder.gru.bias_hh_l0", 18, 0, 6},
        {"encoder.gru.weight_ih_l0_reverse", 18, 5, 6},
        {"encoder.gru.weight_hh_l0_reverse", 18, 6, 6},
        {"encoder.gru.bias_ih_l0_reverse", 18, 0, 6},
        {"encoder.gru.bias_hh_l0_reverse", 18, 0, 6},
        {"encoder.gru.weight_ih_l1", 18, 12, 6},
        {"encoder.gru.weight_hh_l1", 18, 6, 6},
        {"encoder.gru.bias_ih_l1", 18, 0, 6},
        {"encoder.gru.bias_hh_l1", 18, 0, 6},
        {"encoder.gru.weight_ih_l1_reverse", 18, 12, 6},
        {"encoder.gru.weight_hh_l1_reverse", 18, 6, 6},
        {"encoder.gru.bias_ih_l1_reverse", 18, 0, 6},
        {"encoder.gru.bias_hh_l1_reverse", 18, 0, 6},
        {"encoder.mean.weight", 4, 12, 12},
        {"encoder.mean.bias", 4, 0, 12},
        {"encoder.log_variance.weight", 4, 12, 12},
        {"encoder.log_variance.bias", 4, 0, 12},
        {"decoder.embedding.weight", 9, 5, 0},
        {"decoder.first_hidden_l0.weight", 6, 4, 4},
        {"decoder.first_hidden_l0.bias", 6, 0, 4},
        {"decoder.first_hidden_l1.weight", 6, 4, 4},
        {"decoder.first_hidden_l1.bias", 6, 0, 4},
        {"decoder.gru.weight_ih_l0", 18, 5, 6},
        {"decoder.gru.weight_hh_l0", 18, 6, 6},
        {"decoder.gru.bias_ih_l0", 18, 0, 6},
        {"decoder.gru.bias_hh_l0", 18, 0, 6},
        {"decoder.gru.weight_ih_l1", 18, 6, 6},
        {"decoder.gru.weight_hh_l1", 18, 6, 6},
        {"decoder.gru.bias_ih_l1", 18, 0, 6},
        {"decoder.gru.bias_hh_l1", 18, 0, 6},
        {"decoder.output.weight", 9, 6, 6},
        {"decoder.output.bias", 9, 0, 6},
    };
    shape_t shape = fixture_shape();
    shape.layers = 2;
    shape.cell = SHAPE_CELL_GRU;
    shape.bidirectional = true;
    shape.condition_embedding = 0;
    shape.encoder_condition = SHAPE_ENTERS_HIDDEN;
    shape.decoder_latent = SHAPE_ENTERS_HIDDEN | SHAPE_ENTERS_CELL;
    shape.decoder_condition = SHAPE_ENTERS_CELL;
    parameters_t table;
    weights_describe(&shape, &table);
    assert_table(&table, expected, sizeof expected / sizeof *expected);
}

/** The tensor that starts at `pointer` has this name. */
static void assert_points(
    const parameters_t *table, const real *block, const real *pointer, const char *name) {
    assert_non_null(pointer);
    const parameters_entry_t *entry = parameters_at(table, (size_t)(pointer - block));
    assert_non_null(entry);
    assert_string_equal(entry->name, name);
    assert_ptr_equal(pointer, block + entry->offset);
}

static void test_pointers(void **state) {
    (void)state;
    shape_t shape = fixture_shape();
    shape.layers = 2;
    parameters_t table;
    weights_t w;
    weights_describe(&shape, &table);
    real *block = fixture_normal(1, 1, table.size);
    weights_bind(&shape, &table, block, &w);
    const struct {
        const real *pointer;
        const char *name;
    } roles[] = {
        {w.condition, "condition.weight"},
        {w.encoder_embedding, "encoder.embedding.weight"},
        {w.encoder[0][0].weight_ih, "encoder.lstm.weight_ih_l0"},
        {w.encoder[0][0].weight_hh, "encoder.lstm.weight_hh_l0"},
        {w.encoder[0][0].bias_ih, "encoder.lstm.bias_ih_l0"},
        {w.encoder[0][0].bias_hh, "encoder.lstm.bias_hh_l0"},
        {w.encoder[0][1].weight_ih, "encoder.lstm.weight_ih_l1"},
        {w.encoder[0][1].bias_hh, "encoder.lstm.bias_hh_l1"},
        {w.mean.weight, "encoder.mean.weight"},
        {w.mean.bias, "encoder.mean.bias"},
        {w.log_variance.weight, "encoder.log_variance.weight"},
        {w.log_variance.bias, "encoder.log_variance.bias"},
        {w.decoder_embedding, "decoder.embedding.weight"},
        {w.first_hidden[0].weight, "decoder.first_hidden_l0.weight"},
        {w.first_hidden[1].bias, "decoder.first_hidden_l1.bias"},
        {w.first_cell[0].weight, "decoder.first_cell_l0.weight"},
        {w.first_cell[1].bias, "decoder.first_cell_l1.bias"},
        {w.decoder[0].weight_ih, "decoder.lstm.weight_ih_l0"},
        {w.decoder[1].weight_hh, "decoder.lstm.weight_hh_l1"},
        {w.decoder[1].bias_ih, "decoder.lstm.bias_ih_l1"},
        {w.output.weight, "decoder.output.weight"},
        {w.output.bias, "decoder.output.bias"},
    };
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        assert_points(&table, block, roles[i].pointer, roles[i].name);
    }
    assert_null(w.encoder[0][2].weight_ih);
    assert_null(w.first_hidden[2].weight);
}

static void test_no_pointers_to_what_is_not_there(void **state) {
    (void)state;
    shape_t shape = fixture_shape();
    shape.condition_embedding = 0;
    shape.decoder_latent = SHAPE_ENTERS_STEPS;
    shape.decoder_condition = 0;
    parameters_t table;
    weights_t weights;
    memset(&weights, 0xff, sizeof weights);
    weights_describe(&shape, &table);
    real *block = fixture_normal(1, 1, table.size);
    weights_bind(&shape, &table, block, &weights);
    assert_null(weights.condition);
    for (int layer = 0; layer < SHAPE_LAYERS_MAX; layer++) {
        assert_null(weights.first_hidden[layer].weight);
        assert_null(weights.first_hidden[layer].bias);
        assert_null(weights.first_cell[layer].weight);
        assert_null(weights.first_cell[layer].bias);
    }
}

/** The table has room for the deepest model, and no name is cut or given twice. */
static void test_largest_table(void **state) {
    (void)state;
    shape_t shape = fixture_shape();
    shape.layers = SHAPE_LAYERS_MAX;
    shape.bidirectional = true;
    parameters_t table;
    weights_describe(&shape, &table);
    assert_in_range(table.count, 1, PARAMETERS_MAX);
    for (int i = 0; i < table.count; i++) {
        assert_in_range(strlen(table.entry[i].name), 1, PARAMETERS_NAME_SIZE - 2);
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(table.entry[i].name, table.entry[j].name);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_with_everything),
        cmocka_unit_test(test_table_with_little),
        cmocka_unit_test(test_table_of_a_bidirectional_gru),
        cmocka_unit_test_teardown(test_pointers, fixture_release),
        cmocka_unit_test_teardown(test_no_pointers_to_what_is_not_there, fixture_release),
        cmocka_unit_test(test_largest_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
