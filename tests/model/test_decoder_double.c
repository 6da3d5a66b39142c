#include "model/decoder.h"
#include "tensors.h"

enum { LETTERS = 14 };

typedef struct {
    memory_t memory;
    decoder_t decoder;
    parameters_t table;
    real *block;
    weights_t weights;
    word_t words[FIXTURE_WORDS];
    int count;
    real *z;
    const bool *forced, *dropped;
    symbol_t *read; /**< what the words read before any number was changed; NULL until then */
} network_t;

static void create(network_t *network, const shape_t *shape, const char *text, const char *coins) {
    *network = (network_t){0};
    network->count = fixture_words(text, 1, shape->conditions, network->words);
    network->forced = fixture_coins(coins);
    assert_ok(shape_check(shape));
    weights_describe(shape, &network->table);
    network->block = fixture_parameters(&network->table, 1, 1.5);
    weights_bind(shape, &network->table, network->block, &network->weights);
    decoder_layout(&network->decoder, &network->memory, shape, FIXTURE_WORDS, LETTERS);
    assert_ok(memory_reserve(&network->memory));
    decoder_layout(&network->decoder, &network->memory, shape, FIXTURE_WORDS, LETTERS);
    fixture_poison(&network->memory);
}

/** The loss is smooth only as long as no free-running word says something else. */
static void assert_same_symbols(const network_t *network) {
    const sequence_t *sequence = &network->decoder.sequence;
    assert_memory_equal(network->read, sequence->read, (size_t)sequence->total * sizeof *sequence->read);
}

static double forward(void *context) {
    network_t *network = context;
    decoder_prepare(&network->decoder, &network->weights);
    decoder_forward(&network->decoder, &network->weights, network->words, network->count, network->z,
        network->forced, network->dropped, NULL);
    if (network->read) {
        assert_same_symbols(network);
    }
    return decoder_loss(&network->decoder);
}

/** "01011..." for the letters of every word, from the first of the first one on, again and again. */
static const bool *spread(const char *dropped) {
    const size_t count = FIXTURE_WORDS * LETTERS;
    bool *letters = fixture_take(count, sizeof *letters);
    for (size_t i = 0; i < count; i++) {
        letters[i] = dropped[i % strlen(dropped)] == '1';
    }
    return letters;
}

static double check_dropped(
    const char *title, const shape_t *shape, const char *text, const char *coins, const char *dropped) {
    network_t network;
    create(&network, shape, text, coins);
    network.dropped = dropped ? spread(dropped) : NULL;
    tensors_t z = tensors_make("z", TENSORS_WRITTEN, 3, (size_t)(network.count * shape->latent));
    real *d_block = fixture_normal(TENSORS_FILL_SEED, 1, network.table.size);
    weights_t d_weights;
    weights_bind(shape, &network.table, d_block, &d_weights);
    network.z = z.x;
    forward(&network);
    const sequence_t *sequence = &network.decoder.sequence;
    network.read = fixture_take((size_t)sequence->total, sizeof *network.read);
    memcpy(network.read, sequence->read, (size_t)sequence->total * sizeof *network.read);
    decoder_backward(&network.decoder, &network.weights, &d_weights, z.d);
    double worst = tensors_check_block(title, &network.table, network.block, d_block, forward, &network);
    worst = fmax(worst, tensors_check((tensors_t *[]){&z}, 1, forward, &network));
    memory_release(&network.memory);
    fixture_release(NULL);
    return worst;
}

static double check(const char *title, const shape_t *shape, const char *text, const char *coins) {
    return check_dropped(title, shape, text, coins, NULL);
}

static void test_gradient_with_dropped_letters(void **state) {
    (void)state;
    double worst = 0;
    for (int i = 0; i < 4; i++) {
        shape_t shape = fixture_shape();
        shape.decoder_relu = i % 2 == 1;
        shape.layers = 1 + i / 2;
        shape.decoder_latent = i == 3 ? SHAPE_ENTERS_HIDDEN : shape.decoder_latent;
        shape.decoder_condition = i == 3 ? 0 : shape.decoder_condition;
        const char *const dropped[] = {"10010", "1", "0110100", "100"};
        worst = fmax(worst, check_dropped("some dropped", &shape, "a gfedc abcdefgab bc", NULL, dropped[i]));
        worst = fmax(worst, check_dropped("some free", &shape, "a gfedc abcdefgab bc", "1101", dropped[i]));
    }
    print_message("worst relative error %.2g\n", worst);
}

/** What is read: the start symbol always, nothing for a dropped letter, and a free-running word's own
 * symbols. */
static void test_what_is_dropped(void **state) {
    (void)state;
    const shape_t shape = fixture_shape();
    network_t network;
    create(&network, &shape, "abc cde", "10");
    network.z = fixture_normal(3, 1, (size_t)(2 * shape.latent));
    network.dropped = spread("01010");
    forward(&network);
    const sequence_t *sequence = &network.decoder.sequence;
    const symbol_t forced[] = {SYMBOL_START, SYMBOL_FIRST_LETTER, 9, SYMBOL_FIRST_LETTER + 2};
    for (int t = 0; t < 4; t++) {
        for (int row = 0; row < 2; row++) {
            const symbol_t read = sequence->read[sequence->offset[t] + row];
            if (sequence->word[row] == 0) {
                assert_int_equal(read, forced[t]);
            } else {
                assert_true(read < 9);
            }
        }
    }
    memory_release(&network.memory);
}

static void test_gradient_wherever_things_enter(void **state) {
    (void)state;
    double worst = 0;
    for (unsigned latent = 1; latent < 8; latent++) {
        for (unsigned condition = 0; condition < 8; condition++) {
            shape_t shape = fixture_shape();
            shape.decoder_latent = latent;
            shape.decoder_condition = condition;
            shape.condition_embedding = (latent + condition) % 2 ? 2 : 0;
            shape.decoder_relu = condition % 2 == 1;
            shape.loss = condition / 2 % 2 == 1 ? SHAPE_LOSS_MEAN : SHAPE_LOSS_SUM;
            char title[64];
            snprintf(title, sizeof title, "z enters %u, the condition %u", latent, condition);
            worst = fmax(worst, check(title, &shape, "ab cdeg a", NULL));
        }
    }
    print_message("worst relative error %.2g\n", worst);
}

static void test_gradient_of_gru(void **state) {
    (void)state;
    double worst = 0;
    for (unsigned latent = 1; latent < 8; latent++) {
        shape_t shape = fixture_shape();
        shape.cell = SHAPE_CELL_GRU;
        shape.layers = 1 + (int)latent % 3;
        shape.decoder_latent = latent == SHAPE_ENTERS_CELL ? SHAPE_ENTERS_STEPS : latent;
        shape.decoder_condition = 7 - latent;
        char title[64];
        snprintf(title, sizeof title, "GRU, z enters %u, %d layers", latent, shape.layers);
        worst = fmax(worst, check(title, &shape, "ab cdeg a fe", latent % 2 ? "0110" : NULL));
    }
    print_message("worst relative error %.2g\n", worst);
}

static void test_gradient_of_layers_lengths_and_coins(void **state) {
    (void)state;
    const struct {
        const char *text, *coins;
    } cases[] = {{"a", NULL}, {"abcde", "0"}, {"abc bcd cde", "010"}, {"a bc abcdefgabcdefg defg", "0010"},
        {"a bc abcdefgabcdefg defg", "1111"}, {"fe abcdefgabc gab c", "0000"}};
    double worst = 0;
    for (int layers = 1; layers <= 3; layers++) {
        for (int i = 0; i < 6; i++) {
            shape_t shape = fixture_shape();
            shape.layers = layers;
            shape.loss = (i + layers) % 2 == 0 ? SHAPE_LOSS_MEAN : SHAPE_LOSS_SUM;
            shape.decoder_relu = i % 3 == 0;
            char title[96];
            snprintf(title, sizeof title, "%d layers, '%s'", layers, cases[i].text);
            worst = fmax(worst, check(title, &shape, cases[i].text, cases[i].coins));
        }
    }
    print_message("worst relative error %.2g\n", worst);
}

/** What is said can be steered by the output's bias alone when the hidden states have next to no part in it.
 */
static void create_steered(network_t *network, const char *coins, bool mean_loss) {
    shape_t shape = fixture_shape();
    shape.loss = mean_loss ? SHAPE_LOSS_MEAN : SHAPE_LOSS_SUM;
    create(network, &shape, "abc bcdefg", coins);
    network->z = fixture_normal(3, 1, (size_t)(network->count * shape.latent));
    for (int i = 0; i < shape.symbols * shape.hidden; i++) {
        network->weights.output.weight[i] = 0;
    }
    for (int v = 0; v < shape.symbols; v++) {
        network->weights.output.bias[v] = -v;
    }
}

static double cost(const network_t *network, int symbol) {
    double sum = 0;
    for (int v = 0; v < network->decoder.shape.symbols; v++) {
        sum += exp(network->weights.output.bias[v]);
    }
    return log(sum) - network->weights.output.bias[symbol];
}

/** A word that runs free and says the end at once: its one step counts, and the mean is over that one. */
static void test_steps_count_until_the_end_was_said(void **state) {
    (void)state;
    for (int mean_loss = 0; mean_loss < 2; mean_loss++) {
        network_t network;
        create_steered(&network, "01", mean_loss);
        double loss = forward(&network), forced = 0;
        for (int i = 0; i < 6; i++) {
            forced += cost(&network, network.words[1].letters[i]);
        }
        forced += cost(&network, SYMBOL_END);
        const double free_running = cost(&network, network.words[0].letters[0]);
        assert_true(fabs(loss - (free_running + (mean_loss ? forced / 7 : forced))) < 1e-12);
        assert_int_equal(network.decoder.counted[0], 7);
        assert_int_equal(network.decoder.counted[1], 1);
        memory_release(&network.memory);
        fixture_release(NULL);
    }
}

/** A word that runs free and never says the end counts in all its steps, and reads what it said. */
static void test_free_running_word_reads_what_it_said(void **state) {
    (void)state;
    network_t network;
    create_steered(&network, "10", false);
    network.weights.output.bias[5] = 3;
    forward(&network);
    // Row 0 is the free-running "bcdefg", row 1 the "abc" with teacher forcing.
    const symbol_t expected[] = {SYMBOL_START, SYMBOL_START, 5, 2, 5, 3, 5, 4, 5, 5, 5};
    const sequence_t *sequence = &network.decoder.sequence;
    assert_int_equal(sequence->total, 11);
    assert_memory_equal(sequence->read, expected, sizeof expected);
    assert_int_equal(network.decoder.counted[0], 7);
    assert_int_equal(network.decoder.counted[1], 4);
    memory_release(&network.memory);
}

/** The start symbol is the likeliest here, but is never said. */
static void test_free_running_word_never_says_the_start(void **state) {
    (void)state;
    network_t network;
    create_steered(&network, "00", false);
    network.weights.output.bias[SYMBOL_START] = 50;
    network.weights.output.bias[4] = 3;
    forward(&network);
    const sequence_t *sequence = &network.decoder.sequence;
    for (int i = sequence->offset[1]; i < sequence->total; i++) {
        assert_int_equal(sequence->read[i], 4);
    }
    memory_release(&network.memory);
}

/** p(. | z, condition, the word's first letters) by the definition of softmax. */
static void say(network_t *network, const real *z, const word_t *word, int condition, int step, real *says) {
    const int symbols = network->decoder.shape.symbols;
    const word_t alone = {word->letters, word->length, condition};
    double sum = 0;
    decoder_forward(&network->decoder, &network->weights, &alone, 1, z, NULL, NULL, NULL);
    for (int v = 0; v < symbols; v++) {
        sum += says[v] = exp(network->decoder.logits[step * symbols + v]);
    }
    for (int v = 0; v < symbols; v++) {
        says[v] /= sum;
    }
}

enum { END = SYMBOL_END, A = SYMBOL_FIRST_LETTER, B, C, D, MATCHED = 6, STEPS_MAX = 6 };

/** A word in the source condition, its form in another one, and by hand where they part and by what symbols.
 */
static const struct {
    const char *source, *form;
    int shared;
    symbol_t of_source, of_form;
} matched[MATCHED] = {
    {"abc", "abdda", 2, C, D},
    {"ab", "abda", 2, END, D}, // the source's word ends first
    {"abda", "ab", 2, D, END}, // the form does
    {"abc", "abc", 3, END, END},
    {"c", "ab", 0, C, A},
    {"abab", "b", 0, A, B},
};

/** What a form's steps are held to, and what that costs, a step at a time. */
static void test_targets_by_hand(void **state) {
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        network_t network;
        pair_t pairs[MATCHED];
        shape_t shape = fixture_shape();
        shape.loss = (shape_loss_t)kind;
        create(&network, &shape, "a", NULL);
        decoder_prepare(&network.decoder, &network.weights);
        const int symbols = shape.symbols;
        const real *z = fixture_normal(4, 1, (size_t)(MATCHED * shape.latent));
        word_t forms[MATCHED], in_sources[MATCHED];
        for (int i = 0; i < MATCHED; i++) {
            const int source = i % 2, target = 1 + i % 2;
            pairs[i].source = fixture_word(matched[i].source, strlen(matched[i].source), source);
            pairs[i].target = forms[i] = in_sources[i] =
                fixture_word(matched[i].form, strlen(matched[i].form), target);
            in_sources[i].condition = source;
        }
        real *targets = fixture_take((size_t)(MATCHED * STEPS_MAX * symbols), sizeof *targets);
        decoder_forward(&network.decoder, &network.weights, in_sources, MATCHED, z, NULL, NULL, NULL);
        decoder_match_targets(&network.decoder, pairs, targets);
        decoder_forward(&network.decoder, &network.weights, forms, MATCHED, z, NULL, NULL, NULL);
        const double loss = decoder_match_loss(&network.decoder, targets);
        // The rows' places stay those of all the words while each of them is spelled alone.
        int place[MATCHED][STEPS_MAX];
        const sequence_t *sequence = &network.decoder.sequence;
        for (int t = 0; t < sequence->steps; t++) {
            for (int row = 0; row < sequence->rows[t]; row++) {
                place[sequence->word[row]][t] = sequence->offset[t] + row;
            }
        }
        double expected_loss = 0;
        for (int i = 0; i < MATCHED; i++) {
            const int steps = forms[i].length + 1, shared = matched[i].shared;
            for (int t = 0; t < steps; t++) {
                real expected[16] = {0}, says[16];
                const real *of_word = z + i * shape.latent;
                if (t <= shared) {
                    say(&network, of_word, &forms[i], pairs[i].source.condition, t, expected);
                } else {
                    expected[t < forms[i].length ? forms[i].letters[t] : END] = 1;
                }
                if (t == shared) {
                    const real kept = expected[matched[i].of_source];
                    expected[matched[i].of_source] = expected[matched[i].of_form];
                    expected[matched[i].of_form] = kept;
                }
                say(&network, of_word, &forms[i], forms[i].condition, t, says);
                for (int v = 0; v < symbols; v++) {
                    assert_near(targets[place[i][t] * symbols + v], expected[v], 1e-14);
                    expected_loss -= expected[v] * log(says[v]) / (kind == SHAPE_LOSS_SUM ? 1 : steps);
                }
            }
        }
        assert_near(loss, expected_loss, 1e-12);
        memory_release(&network.memory);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_targets_by_hand, fixture_release),
        cmocka_unit_test_teardown(test_gradient_with_dropped_letters, fixture_release),
        cmocka_unit_test_teardown(test_what_is_dropped, fixture_release),
        cmocka_unit_test_teardown(test_gradient_wherever_things_enter, fixture_release),
        cmocka_unit_test_teardown(test_gradient_of_gru, fixture_release),
        cmocka_unit_test_teardown(test_gradient_of_layers_lengths_and_coins, fixture_release),
        cmocka_unit_test_teardown(test_steps_count_until_the_end_was_said, fixture_release),
        cmocka_unit_test_teardown(test_free_running_word_reads_what_it_said, fixture_release),
        cmocka_unit_test_teardown(test_free_running_word_never_says_the_start, fixture_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
