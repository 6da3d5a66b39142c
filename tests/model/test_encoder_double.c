#include "model/encoder.h"
#include "tensors.h"

typedef struct {
    memory_t memory;
    encoder_t encoder;
    parameters_t table;
    real *block;
    weights_t weights;
    word_t words[FIXTURE_WORDS];
    int count;
    const real *d_mean, *d_log_variance;
} network_t;

static void create(network_t *network, const shape_t *shape, const char *text) {
    *network = (network_t){0};
    network->count = fixture_words(text, 1, shape->conditions, network->words);
    assert_ok(shape_check(shape));
    weights_describe(shape, &network->table);
    network->block = fixture_parameters(&network->table, 5, 1);
    weights_bind(shape, &network->table, network->block, &network->weights);
    encoder_layout(&network->encoder, &network->memory, shape, FIXTURE_WORDS, 14);
    assert_ok(memory_reserve(&network->memory));
    encoder_layout(&network->encoder, &network->memory, shape, FIXTURE_WORDS, 14);
    fixture_poison(&network->memory);
    network->d_mean = fixture_normal(8, 1, (size_t)(network->count * shape->latent));
    network->d_log_variance = fixture_normal(9, 1, (size_t)(network->count * shape->latent));
}

static double forward(void *context) {
    network_t *network = context;
    encoder_t *encoder = &network->encoder;
    const size_t numbers = (size_t)(network->count * encoder->shape.latent);
    encoder_prepare(encoder, &network->weights);
    encoder_forward(encoder, &network->weights, network->words, network->count, NULL);
    return fixture_dot(numbers, encoder->mean, network->d_mean) +
           fixture_dot(numbers, encoder->log_variance, network->d_log_variance);
}

static double check(const char *title, const shape_t *shape, const char *text) {
    network_t network;
    create(&network, shape, text);
    real *d_block = fixture_normal(TENSORS_FILL_SEED, 1, network.table.size);
    weights_t d_weights;
    weights_bind(shape, &network.table, d_block, &d_weights);
    forward(&network);
    encoder_backward(&network.encoder, &network.weights, network.d_mean, network.d_log_variance, &d_weights);
    double worst = tensors_check_block(title, &network.table, network.block, d_block, forward, &network);
    memory_release(&network.memory);
    fixture_release(NULL);
    return worst;
}

static void test_gradient_wherever_the_condition_enters(void **state) {
    (void)state;
    double worst = 0;
    for (unsigned enters = 0; enters < 8; enters++) {
        for (int embedded = 0; embedded < 2; embedded++) {
            shape_t shape = fixture_shape();
            shape.encoder_condition = enters;
            shape.condition_embedding = embedded ? 2 : 0;
            shape.encoder_markers = enters % 2 == 1;
            char title[64];
            snprintf(title, sizeof title, "enters %u, %s", enters, embedded ? "embedded" : "one-hot");
            worst = fmax(worst, check(title, &shape, "abc defgab a bcd"));
        }
    }
    print_message("worst relative error %.2g\n", worst);
}

static void test_gradient_of_layers_and_lengths(void **state) {
    (void)state;
    const char *const texts[] = {"a", "abcde", "abc bcd cde", "a bc abcdefgabcdefg defg"};
    double worst = 0;
    for (int layers = 1; layers <= 3; layers++) {
        for (int i = 0; i < 4; i++) {
            shape_t shape = fixture_shape();
            shape.layers = layers;
            shape.encoder_markers = i % 2 == 0;
            char title[64];
            snprintf(title, sizeof title, "%d layers, '%s'", layers, texts[i]);
            worst = fmax(worst, check(title, &shape, texts[i]));
        }
    }
    print_message("worst relative error %.2g\n", worst);
}

static void test_gradient_of_cells_and_directions(void **state) {
    (void)state;
    double worst = 0;
    for (int layers = 1; layers <= 3; layers++) {
        for (int kind = 1; kind < 4; kind++) {
            shape_t shape = fixture_shape();
            shape.layers = layers;
            shape.cell = kind % 2 ? SHAPE_CELL_GRU : SHAPE_CELL_LSTM;
            shape.bidirectional = kind >= 2;
            shape.encoder_markers = layers == 2;
            char title[64];
            snprintf(title, sizeof title, "%d layers of %s, %d directions", layers, kind % 2 ? "GRU" : "LSTM",
                shape_directions(&shape));
            worst = fmax(worst, check(title, &shape, "a bc abcdefgabcdefg defg"));
        }
    }
    print_message("worst relative error %.2g\n", worst);
}

/** A word and its mirror image: the second direction of one is the first of the other, with its weights. */
static void test_second_direction_reads_from_the_end(void **state) {
    (void)state;
    shape_t shape = fixture_shape();
    shape.bidirectional = true;
    network_t there, back;
    create(&there, &shape, "abcde ag");
    create(&back, &shape, "edcba ga");
    weights_t exchanged = back.weights;
    memcpy(exchanged.encoder[0], back.weights.encoder[1], sizeof exchanged.encoder[0]);
    memcpy(exchanged.encoder[1], back.weights.encoder[0], sizeof exchanged.encoder[1]);
    back.weights = exchanged;
    forward(&there);
    forward(&back);
    const int h = shape.hidden;
    for (int word = 0; word < 2; word++) {
        const real *a = there.encoder.last + word * 2 * h, *b = back.encoder.last + word * 2 * h;
        assert_memory_equal(a, b + h, (size_t)h * sizeof *a);
        assert_memory_equal(a + h, b, (size_t)h * sizeof *a);
        assert_memory_not_equal(a, a + h, (size_t)h * sizeof *a);
    }
    memory_release(&there.memory);
    memory_release(&back.memory);
}

static void test_condition_is_the_end_of_the_first_states(void **state) {
    (void)state;
    shape_t shape = fixture_shape();
    shape.condition_embedding = 0;
    shape.encoder_condition = SHAPE_ENTERS_HIDDEN;
    network_t network;
    create(&network, &shape, "ab cde");
    forward(&network);
    // Row 0 is "cde" with condition 2, row 1 "ab" with condition 1.
    const real hidden[] = {0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}, cell[12] = {0};
    assert_memory_equal(network.encoder.direction[0].trace[0].first_hidden, hidden, sizeof hidden);
    assert_memory_equal(network.encoder.direction[0].trace[0].first_cell, cell, sizeof cell);
    memory_release(&network.memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_gradient_wherever_the_condition_enters, fixture_release),
        cmocka_unit_test_teardown(test_gradient_of_layers_and_lengths, fixture_release),
        cmocka_unit_test_teardown(test_gradient_of_cells_and_directions, fixture_release),
        cmocka_unit_test_teardown(test_second_direction_reads_from_the_end, fixture_release),
        cmocka_unit_test_teardown(test_condition_is_the_end_of_the_first_states, fixture_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
