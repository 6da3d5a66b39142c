#include "math/product.h"
#include "model/rnn.h"
#include "model/symbol_input.h"
#include "tensors.h"

enum { SYMBOLS = 6, EMBEDDING = 3, HIDDEN = 2, GATES = 4 * HIDDEN };

typedef struct {
    memory_t memory;
    symbol_input_t input;
    sequence_t sequence;
    real *embedding, *extra, *gates;
    const real *d_gates;
    real *blocks, *d_blocks; /**< both as the layer has them */
    rnn_weights_t weights;
} layer_t;

static void layout(layer_t *layer, shape_cell_t kind, int extra, bool relu) {
    const shape_t shape = {.symbols = SYMBOLS, .embedding = EMBEDDING, .hidden = HIDDEN, .cell = kind};
    symbol_input_layout(&layer->input, &layer->memory, &shape, extra, relu, FIXTURE_WORDS, 12);
    sequence_layout(&layer->sequence, &layer->memory, FIXTURE_WORDS, 12);
}

static void create(layer_t *layer, shape_cell_t kind, int extra, bool relu, const char *text) {
    word_t words[FIXTURE_WORDS];
    int count = fixture_words(text, 0, 1, words);
    layout(layer, kind, extra, relu);
    assert_ok(memory_reserve(&layer->memory));
    layout(layer, kind, extra, relu);
    fixture_poison(&layer->memory);
    sequence_pack(&layer->sequence, words, count, true, false);
    for (int i = 1; i < layer->sequence.total; i += 3) {
        layer->sequence.read[i] = SYMBOLS; // nothing
    }
    const size_t numbers = gates_count(HIDDEN, FIXTURE_WORDS * 12);
    layer->blocks = fixture_take(numbers, sizeof(real));
    layer->d_blocks = fixture_take(numbers, sizeof(real));
}

static double forward(void *context) {
    layer_t *layer = context;
    const sequence_t *sequence = &layer->sequence;
    symbol_input_prepare(&layer->input, layer->embedding, &layer->weights);
    symbol_input_extra(&layer->input, &layer->weights, sequence->words, layer->extra);
    for (int t = 0; t < sequence->steps; t++) {
        symbol_input_forward(&layer->input, sequence->rows[t], sequence->read + sequence->offset[t],
            layer->blocks + (size_t)sequence->offset[t] * layer->input.sequence_layout.row_step);
    }
    gates_to_rows(&layer->input.sequence_layout, sequence->total, layer->blocks, layer->gates);
    return fixture_dot((size_t)sequence->total * GATES, layer->gates, layer->d_gates);
}

static void check(shape_cell_t kind, int extra_width, bool relu, const char *text) {
    layer_t layer = {0};
    create(&layer, kind, extra_width, relu, text);
    const size_t rows = (size_t)(rnn_input_map(kind)->count * HIDDEN);
    const size_t outputs = (size_t)layer.sequence.total * GATES;
    const size_t in = (size_t)(EMBEDDING + extra_width);
    tensors_t embedding = tensors_make("embedding", TENSORS_ADDED, 1, SYMBOLS * EMBEDDING);
    tensors_t weight_ih = tensors_make("weight_ih", TENSORS_ADDED, 2, rows * in);
    tensors_t bias_ih = tensors_make("bias_ih", TENSORS_ADDED, 3, rows);
    tensors_t bias_hh = tensors_make("bias_hh", TENSORS_ADDED, 4, rows);
    tensors_t extra = tensors_make("extra", TENSORS_WRITTEN, 5, (size_t)(layer.sequence.words * extra_width));
    for (size_t i = 0; i < embedding.count; i++) {
        // Away from the corner of relu, on both of its sides.
        embedding.x[i] += copysign(0.1, embedding.x[i]);
    }
    layer.embedding = embedding.x;
    layer.extra = extra.x;
    layer.weights = (rnn_weights_t){.weight_ih = weight_ih.x, .bias_ih = bias_ih.x, .bias_hh = bias_hh.x};
    layer.gates = fixture_take(outputs, sizeof(real));
    layer.d_gates = fixture_normal(6, 1, outputs);
    const rnn_weights_t d_weights = {.weight_ih = weight_ih.d, .bias_ih = bias_ih.d, .bias_hh = bias_hh.d};
    gates_from_rows(&layer.input.sequence_layout, layer.sequence.total, layer.d_gates,
        4 * (size_t)layer.input.hidden, layer.d_blocks);
    // Twice: what the first pass left must not reach the second.
    for (int pass = 0; pass < 2; pass++) {
        tensors_t *added[] = {&embedding, &weight_ih, &bias_ih, &bias_hh};
        for (int i = 0; i < 4; i++) {
            memcpy(added[i]->d, fixture_normal(TENSORS_FILL_SEED, 1, added[i]->count),
                added[i]->count * sizeof(real));
        }
        forward(&layer);
        symbol_input_backward(&layer.input, &layer.sequence, layer.embedding, &layer.weights, layer.extra,
            layer.d_blocks, embedding.d, &d_weights, extra.d);
    }
    tensors_check((tensors_t *[]){&embedding, &weight_ih, &bias_ih, &bias_hh, &extra}, 5, forward, &layer);
    memory_release(&layer.memory);
}

static void test_gradient(void **state) {
    (void)state;
    const char *const texts[] = {"abca", "ab cda b abcdabcda", "abc cab dda"};
    for (int i = 0; i < 6; i++) {
        const shape_cell_t kind = i < 3 ? SHAPE_CELL_LSTM : SHAPE_CELL_GRU;
        check(kind, 0, false, texts[i % 3]);
        check(kind, 0, true, texts[i % 3]);
        check(kind, 4, false, texts[i % 3]);
        check(kind, 1, true, texts[i % 3]);
    }
}

/** The layers one after another, straight from the definition. */
static void test_forward_is_embedding_and_projection(void **state) {
    (void)state;
    layer_t layer = {0};
    enum { EXTRA = 2, IN = EMBEDDING + EXTRA };
    create(&layer, SHAPE_CELL_LSTM, EXTRA, true, "abcd ad");
    layer.embedding = fixture_normal(1, 1, SYMBOLS * EMBEDDING);
    layer.weights = (rnn_weights_t){.weight_ih = fixture_normal(2, 1, GATES * IN),
        .bias_ih = fixture_normal(3, 1, GATES),
        .bias_hh = fixture_normal(4, 1, GATES)};
    const sequence_t *sequence = &layer.sequence;
    layer.extra = fixture_normal(5, 1, (size_t)sequence->words * EXTRA);
    layer.gates = fixture_normal(6, 1, (size_t)sequence->total * GATES);
    layer.d_gates = layer.gates;
    forward(&layer);
    for (int t = 0; t < sequence->steps; t++) {
        for (int row = 0; row < sequence->rows[t]; row++) {
            const int at = sequence->offset[t] + row;
            for (int j = 0; j < GATES; j++) {
                const real *weight = layer.weights.weight_ih + j * IN;
                double expected = layer.weights.bias_ih[j] + layer.weights.bias_hh[j];
                for (int e = 0; e < EMBEDDING; e++) {
                    if (sequence->read[at] < SYMBOLS) {
                        expected += weight[e] * fmax(0, layer.embedding[sequence->read[at] * EMBEDDING + e]);
                    }
                }
                for (int x = 0; x < EXTRA; x++) {
                    expected += weight[EMBEDDING + x] * layer.extra[row * EXTRA + x];
                }
                assert_true(fabs(layer.gates[at * GATES + j] - expected) < 1e-13);
            }
        }
    }
    memory_release(&layer.memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_gradient, fixture_release),
        cmocka_unit_test_teardown(test_forward_is_embedding_and_projection, fixture_release),
    };
    // Both layouts of the gates.
    product_choose(PRODUCT_OPENBLAS);
    const int failed = cmocka_run_group_tests_name("OpenBLAS", tests, NULL, NULL);
    product_choose(PRODUCT_NATIVE);
    return failed + cmocka_run_group_tests_name("native", tests, NULL, NULL);
}
