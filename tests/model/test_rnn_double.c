#include "model/rnn.h"
#include "tensors.h"

enum { SIZE = 3, GATES = 4 * SIZE };

static const shape_cell_t kinds[] = {SHAPE_CELL_LSTM, SHAPE_CELL_GRU};

typedef struct {
    memory_t memory;
    rnn_trace_t trace;
    sequence_t sequence;
    rnn_weights_t weights;
    real *input, *first_hidden, *first_cell, *last;
    const real *d_output; /**< NULL: only the last states have a part in the loss */
    const real *d_hidden, *d_cell;
} layer_t;

static void layout(layer_t *layer, shape_cell_t kind) {
    rnn_layout(&layer->trace, &layer->memory, &(shape_t){.cell = kind, .hidden = SIZE}, 0, FIXTURE_WORDS, 12);
    sequence_layout(&layer->sequence, &layer->memory, FIXTURE_WORDS, 12);
}

static void create(layer_t *layer, shape_cell_t kind, const char *text) {
    word_t words[FIXTURE_WORDS];
    int count = fixture_words(text, 0, 1, words);
    layout(layer, kind);
    assert_ok(memory_reserve(&layer->memory));
    layout(layer, kind);
    fixture_poison(&layer->memory);
    sequence_pack(&layer->sequence, words, count, false, false);
}

static double forward(void *context) {
    layer_t *layer = context;
    const sequence_t *sequence = &layer->sequence;
    const size_t states = (size_t)sequence->words * SIZE;
    gates_from_rows(
        &layer->trace.recurrent.layout, sequence->total, layer->input, 4 * SIZE, layer->trace.gates);
    memcpy(layer->trace.first_hidden, layer->first_hidden, states * sizeof(real));
    if (layer->trace.kind == SHAPE_CELL_LSTM) {
        memcpy(layer->trace.first_cell, layer->first_cell, states * sizeof(real));
    }
    rnn_prepare(&layer->trace, &layer->weights);
    for (int t = 0; t < sequence->steps; t++) {
        rnn_step(&layer->trace, sequence, t);
    }
    for (int row = 0; row < sequence->words; row++) {
        memcpy(layer->last + row * layer->trace.size, rnn_last_hidden(&layer->trace, sequence, row),
            (size_t)layer->trace.size * sizeof(real));
    }
    double sum = fixture_dot(states, layer->last, layer->d_hidden);
    for (int row = 0; row < sequence->words && layer->trace.kind == SHAPE_CELL_LSTM; row++) {
        const int at = sequence->offset[sequence->length[row] - 1] + row;
        sum += fixture_dot(SIZE, layer->trace.cell + at * SIZE, layer->d_cell + row * SIZE);
    }
    if (layer->d_output) {
        sum += fixture_dot((size_t)sequence->total * SIZE, layer->trace.hidden, layer->d_output);
    }
    return sum;
}

static void check(shape_cell_t kind, const char *text, bool with_output) {
    layer_t layer = {0};
    create(&layer, kind, text);
    const size_t rows = (size_t)layer.sequence.total, states = (size_t)layer.sequence.words * SIZE;
    tensors_t weight_hh =
        tensors_make("weight_hh", TENSORS_ADDED, 1, (size_t)(rnn_hidden_map(kind)->count * SIZE * SIZE));
    tensors_t input = tensors_make("input", TENSORS_WRITTEN, 2, rows * GATES);
    tensors_t hidden = tensors_make("first hidden", TENSORS_WRITTEN, 3, states);
    tensors_t cell = tensors_make("first cell", TENSORS_WRITTEN, 4, states);
    layer.weights = (rnn_weights_t){.weight_hh = weight_hh.x};
    layer.input = input.x;
    layer.first_hidden = hidden.x;
    layer.first_cell = cell.x;
    layer.last = fixture_take(states, sizeof(real));
    layer.d_output = with_output ? fixture_normal(5, 1, rows * SIZE) : NULL;
    layer.d_hidden = fixture_normal(6, 1, states);
    layer.d_cell = fixture_normal(7, 1, states);
    const rnn_weights_t d_weights = {.weight_hh = weight_hh.d};
    forward(&layer);
    memcpy(hidden.d, layer.d_hidden, states * sizeof(real));
    memcpy(cell.d, layer.d_cell, states * sizeof(real));
    rnn_backward(&layer.trace, &layer.sequence, layer.d_output, hidden.d, cell.d, &d_weights);
    gates_to_rows(&layer.trace.recurrent.layout, (int)rows, layer.trace.gates, input.d);
    tensors_check(
        (tensors_t *[]){&weight_hh, &input, &hidden, &cell}, kind == SHAPE_CELL_GRU ? 3 : 4, forward, &layer);
    memory_release(&layer.memory);
}

static void test_gradient(void **state) {
    (void)state;
    const char *const texts[] = {"a", "abcd", "ab ab ab", "abc a abcdefghijk ab abc"};
    for (int i = 0; i < 8; i++) {
        check(kinds[i / 4], texts[i % 4], false);
        check(kinds[i / 4], texts[i % 4], true);
    }
}

typedef struct {
    int rows;
    rnn_trace_t trace;
    memory_t memory;
    rnn_weights_t weights;
    real *x, *gates;
    const real *d_gates;
} projection_t;

static double project(void *context) {
    projection_t *projection = context;
    rnn_prepare(&projection->trace, &projection->weights);
    rnn_project(&projection->trace, projection->rows, projection->x, projection->trace.gates);
    gates_to_rows(
        &projection->trace.recurrent.layout, projection->rows, projection->trace.gates, projection->gates);
    return fixture_dot((size_t)projection->rows * GATES, projection->gates, projection->d_gates);
}

static void check_projection(shape_cell_t kind, int inputs, int beta) {
    enum { ROWS = 5 };
    const size_t outputs = (size_t)ROWS * GATES, rows = (size_t)(rnn_input_map(kind)->count * SIZE);
    tensors_t weight_ih = tensors_make("weight_ih", TENSORS_ADDED, 1, rows * (size_t)inputs);
    tensors_t bias_ih = tensors_make("bias_ih", TENSORS_ADDED, 2, rows);
    tensors_t bias_hh = tensors_make("bias_hh", TENSORS_ADDED, 3, rows);
    tensors_t x = tensors_make("x", beta ? TENSORS_ADDED : TENSORS_WRITTEN, 4, (size_t)(ROWS * inputs));
    projection_t projection = {.rows = ROWS,
        .weights = {.weight_ih = weight_ih.x,
            .weight_hh = fixture_normal(7, 1, rows * SIZE),
            .bias_ih = bias_ih.x,
            .bias_hh = bias_hh.x},
        .x = x.x,
        .gates = fixture_normal(5, 1, outputs),
        .d_gates = fixture_normal(6, 1, outputs)};
    const rnn_weights_t d_weights = {.weight_ih = weight_ih.d, .bias_ih = bias_ih.d, .bias_hh = bias_hh.d};
    const shape_t shape = {.cell = kind, .hidden = SIZE};
    rnn_layout(&projection.trace, &projection.memory, &shape, inputs, ROWS, 1);
    assert_ok(memory_reserve(&projection.memory));
    rnn_layout(&projection.trace, &projection.memory, &shape, inputs, ROWS, 1);
    rnn_prepare(&projection.trace, &projection.weights);
    gates_from_rows(&projection.trace.recurrent.layout, ROWS, projection.d_gates,
        4 * (size_t)projection.trace.size, projection.trace.gates);
    rnn_project_backward(&projection.trace, ROWS, x.x, &d_weights, beta, x.d);
    tensors_check((tensors_t *[]){&weight_ih, &bias_ih, &bias_hh, &x}, 4, project, &projection);
    memory_release(&projection.memory);
}

static void test_gradient_of_projection(void **state) {
    (void)state;
    for (int i = 0; i < 8; i++) {
        check_projection(kinds[i / 4], i % 2 ? SIZE : 2 * SIZE, i / 2 % 2);
    }
}

static double logistic(double x) {
    return 1 / (1 + exp(-x));
}

/** What a step of one word makes of its states, from the equations in rnn.h; pre: the gates' four groups
 * before they are activated, of a GRU its input part and its hidden state's part of n apart. */
static void lstm_reference(const double *pre, double *hidden, double *cell) {
    for (int j = 0; j < SIZE; j++) {
        cell[j] = logistic(pre[SIZE + j]) * cell[j] + logistic(pre[j]) * tanh(pre[2 * SIZE + j]);
        hidden[j] = logistic(pre[3 * SIZE + j]) * tanh(cell[j]);
    }
}

static void gru_reference(const double *pre, double *hidden) {
    for (int j = 0; j < SIZE; j++) {
        const double n = tanh(pre[2 * SIZE + j] + logistic(pre[j]) * pre[3 * SIZE + j]);
        const double z = logistic(pre[SIZE + j]);
        hidden[j] = (1 - z) * n + z * hidden[j];
    }
}

/** A word's last state, straight from the definition. */
static void run_word(const layer_t *layer, int row, double *hidden) {
    const sequence_t *sequence = &layer->sequence;
    const gates_map_t *map = rnn_hidden_map(layer->trace.kind);
    double cell[SIZE], pre[GATES];
    for (int j = 0; j < SIZE; j++) {
        hidden[j] = layer->first_hidden[row * SIZE + j];
        cell[j] = layer->first_cell[row * SIZE + j];
    }
    for (int t = 0; t < sequence->length[row]; t++) {
        for (int j = 0; j < GATES; j++) {
            pre[j] = layer->input[(sequence->offset[t] + row) * GATES + j];
        }
        for (int j = 0; j < map->count * SIZE; j++) {
            pre[map->group[j / SIZE] * SIZE + j % SIZE] +=
                fixture_dot(SIZE, layer->weights.weight_hh + j * SIZE, hidden);
        }
        if (layer->trace.kind == SHAPE_CELL_GRU) {
            gru_reference(pre, hidden);
        } else {
            lstm_reference(pre, hidden, cell);
        }
    }
}

/** The rows of the packed sequence against the equations, word by word. */
static void check_definition(shape_cell_t kind) {
    layer_t layer = {0};
    create(&layer, kind, "ab abcd abc");
    const sequence_t *sequence = &layer.sequence;
    const size_t states = (size_t)sequence->words * SIZE;
    layer.weights = (rnn_weights_t){.weight_hh = fixture_normal(1, 1, GATES * SIZE)};
    layer.input = fixture_normal(2, 1, (size_t)sequence->total * GATES);
    layer.first_hidden = fixture_normal(3, 1, states);
    layer.first_cell = fixture_normal(4, 1, states);
    layer.last = fixture_take(states, sizeof(real));
    layer.d_hidden = layer.d_cell = layer.first_hidden;
    forward(&layer);
    for (int row = 0; row < sequence->words; row++) {
        double hidden[SIZE];
        run_word(&layer, row, hidden);
        for (int j = 0; j < SIZE; j++) {
            assert_true(fabs(layer.last[row * SIZE + j] - hidden[j]) < 1e-13);
        }
    }
    memory_release(&layer.memory);
}

static void test_forward_from_the_definition(void **state) {
    (void)state;
    check_definition(SHAPE_CELL_LSTM);
    check_definition(SHAPE_CELL_GRU);
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
