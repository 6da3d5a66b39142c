#include "cvae/lstm.h"
#include "tensors.h"

enum { SIZE = 3, GATES = 4 * SIZE };

typedef struct {
    memory_t memory;
    lstm_trace_t trace;
    sequence_t sequence;
    lstm_weights_t weights;
    real *input, *first_hidden, *first_cell, *last;
    const real *d_output; /**< NULL: only the last states have a part in the loss */
    const real *d_hidden, *d_cell;
} layer_t;

static void layout(layer_t *layer) {
    lstm_layout(&layer->trace, &layer->memory, SIZE, FIXTURE_WORDS, 12, false);
    sequence_layout(&layer->sequence, &layer->memory, FIXTURE_WORDS, 12);
}

static void create(layer_t *layer, const char *text) {
    word_t words[FIXTURE_WORDS];
    int count = fixture_words(text, 0, 1, words);
    layout(layer);
    assert_ok(memory_reserve(&layer->memory));
    layout(layer);
    fixture_poison(&layer->memory);
    sequence_pack_encoder(&layer->sequence, words, count, false);
}

static double forward(void *context) {
    layer_t *layer = context;
    const sequence_t *sequence = &layer->sequence;
    const size_t states = (size_t)sequence->words * SIZE;
    gates_from_rows(&layer->trace.recurrent.layout, sequence->total, layer->input, layer->trace.gates);
    memcpy(layer->trace.first_hidden, layer->first_hidden, states * sizeof(real));
    memcpy(layer->trace.first_cell, layer->first_cell, states * sizeof(real));
    lstm_prepare(&layer->trace, &layer->weights, NULL);
    for (int t = 0; t < sequence->steps; t++) {
        lstm_step(&layer->trace, sequence, t);
    }
    lstm_last_hidden(&layer->trace, sequence, layer->last);
    double sum = fixture_dot(states, layer->last, layer->d_hidden);
    for (int row = 0; row < sequence->words; row++) {
        const int at = sequence->offset[sequence->length[row] - 1] + row;
        sum += fixture_dot(SIZE, layer->trace.cell + at * SIZE, layer->d_cell + row * SIZE);
    }
    if (layer->d_output) {
        sum += fixture_dot((size_t)sequence->total * SIZE, layer->trace.hidden, layer->d_output);
    }
    return sum;
}

static void check(const char *text, bool with_output) {
    layer_t layer = {0};
    create(&layer, text);
    const size_t rows = (size_t)layer.sequence.total, states = (size_t)layer.sequence.words * SIZE;
    tensors_t weight_hh = tensors_make("weight_hh", TENSORS_ADDED, 1, GATES * SIZE);
    tensors_t input = tensors_make("input", TENSORS_WRITTEN, 2, rows * GATES);
    tensors_t hidden = tensors_make("first hidden", TENSORS_WRITTEN, 3, states);
    tensors_t cell = tensors_make("first cell", TENSORS_WRITTEN, 4, states);
    layer.weights = (lstm_weights_t){.weight_hh = weight_hh.x};
    layer.input = input.x;
    layer.first_hidden = hidden.x;
    layer.first_cell = cell.x;
    layer.last = fixture_take(states, sizeof(real));
    layer.d_output = with_output ? fixture_normal(5, 1, rows * SIZE) : NULL;
    layer.d_hidden = fixture_normal(6, 1, states);
    layer.d_cell = fixture_normal(7, 1, states);
    const lstm_weights_t d_weights = {.weight_hh = weight_hh.d};
    forward(&layer);
    memcpy(hidden.d, layer.d_hidden, states * sizeof(real));
    memcpy(cell.d, layer.d_cell, states * sizeof(real));
    lstm_backward(&layer.trace, &layer.sequence, layer.d_output, hidden.d, cell.d, &d_weights);
    gates_to_rows(&layer.trace.recurrent.layout, (int)rows, layer.trace.gates, input.d);
    tensors_check((tensors_t *[]){&weight_hh, &input, &hidden, &cell}, 4, forward, &layer);
    memory_release(&layer.memory);
}

static void test_gradient(void **state) {
    (void)state;
    const char *const texts[] = {"a", "abcd", "ab ab ab", "abc a abcdefghijk ab abc"};
    for (int i = 0; i < 4; i++) {
        check(texts[i], false);
        check(texts[i], true);
    }
}

typedef struct {
    int rows;
    lstm_trace_t trace;
    memory_t memory;
    lstm_weights_t weights;
    real *x, *gates;
    const real *d_gates;
} projection_t;

static double project(void *context) {
    projection_t *projection = context;
    lstm_prepare(&projection->trace, &projection->weights, NULL);
    lstm_project(&projection->trace, projection->rows, projection->x, projection->trace.gates);
    gates_to_rows(
        &projection->trace.recurrent.layout, projection->rows, projection->trace.gates, projection->gates);
    return fixture_dot((size_t)projection->rows * GATES, projection->gates, projection->d_gates);
}

static void test_gradient_of_projection(void **state) {
    (void)state;
    enum { ROWS = 5 };
    const size_t outputs = (size_t)ROWS * GATES;
    tensors_t weight_ih = tensors_make("weight_ih", TENSORS_ADDED, 1, (size_t)(GATES * SIZE));
    tensors_t bias_ih = tensors_make("bias_ih", TENSORS_ADDED, 2, GATES);
    tensors_t bias_hh = tensors_make("bias_hh", TENSORS_ADDED, 3, GATES);
    tensors_t x = tensors_make("x", TENSORS_WRITTEN, 4, (size_t)(ROWS * SIZE));
    projection_t projection = {.rows = ROWS,
        .weights = {.weight_ih = weight_ih.x,
            .weight_hh = fixture_normal(7, 1, GATES * SIZE),
            .bias_ih = bias_ih.x,
            .bias_hh = bias_hh.x},
        .x = x.x,
        .gates = fixture_normal(5, 1, outputs),
        .d_gates = fixture_normal(6, 1, outputs)};
    const lstm_weights_t d_weights = {.weight_ih = weight_ih.d, .bias_ih = bias_ih.d, .bias_hh = bias_hh.d};
    lstm_layout(&projection.trace, &projection.memory, SIZE, ROWS, 1, true);
    assert_ok(memory_reserve(&projection.memory));
    lstm_layout(&projection.trace, &projection.memory, SIZE, ROWS, 1, true);
    lstm_prepare(&projection.trace, &projection.weights, NULL);
    gates_from_rows(&projection.trace.recurrent.layout, ROWS, projection.d_gates, projection.trace.gates);
    lstm_project_backward(&projection.trace, ROWS, x.x, &d_weights, x.d);
    tensors_check((tensors_t *[]){&weight_ih, &bias_ih, &bias_hh, &x}, 4, project, &projection);
    memory_release(&projection.memory);
}

static double logistic(double x) {
    return 1 / (1 + exp(-x));
}

/** A word's row of the packed sequence against the equations, word by word. */
static void test_forward_from_the_definition(void **state) {
    (void)state;
    layer_t layer = {0};
    create(&layer, "ab abcd abc");
    const sequence_t *sequence = &layer.sequence;
    const size_t states = (size_t)sequence->words * SIZE;
    layer.weights = (lstm_weights_t){.weight_hh = fixture_normal(1, 1, GATES * SIZE)};
    layer.input = fixture_normal(2, 1, (size_t)sequence->total * GATES);
    layer.first_hidden = fixture_normal(3, 1, states);
    layer.first_cell = fixture_normal(4, 1, states);
    layer.last = fixture_take(states, sizeof(real));
    layer.d_hidden = layer.d_cell = layer.first_hidden;
    forward(&layer);
    for (int row = 0; row < sequence->words; row++) {
        double hidden[SIZE], cell[SIZE], pre[GATES];
        memcpy(hidden, layer.first_hidden + row * SIZE, sizeof hidden);
        memcpy(cell, layer.first_cell + row * SIZE, sizeof cell);
        for (int t = 0; t < sequence->length[row]; t++) {
            for (int j = 0; j < GATES; j++) {
                pre[j] = layer.input[(sequence->offset[t] + row) * GATES + j] +
                         fixture_dot(SIZE, layer.weights.weight_hh + j * SIZE, hidden);
            }
            for (int j = 0; j < SIZE; j++) {
                cell[j] = logistic(pre[SIZE + j]) * cell[j] + logistic(pre[j]) * tanh(pre[2 * SIZE + j]);
                hidden[j] = logistic(pre[3 * SIZE + j]) * tanh(cell[j]);
            }
        }
        for (int j = 0; j < SIZE; j++) {
            assert_true(fabs(layer.last[row * SIZE + j] - hidden[j]) < 1e-13);
        }
    }
    memory_release(&layer.memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_gradient, fixture_release),
        cmocka_unit_test_teardown(test_gradient_of_projection, fixture_release),
        cmocka_unit_test_teardown(test_forward_from_the_definition, fixture_release),
    };
    // Both backends: the native one's packing is the same code in double.
    product_choose(PRODUCT_OPENBLAS);
    const int failed = cmocka_run_group_tests_name("OpenBLAS", tests, NULL, NULL);
    product_choose(PRODUCT_NATIVE);
    return failed + cmocka_run_group_tests_name("native", tests, NULL, NULL);
}
