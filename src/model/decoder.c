#include "decoder.h"

#include <math.h>
#include <string.h>

#include "layer.h"

static void entry_layout(
    decoder_entry_t *entry, memory_t *memory, const shape_t *shape, unsigned way, int words) {
    entry->way = way;
    entry->width = shape_decoder_width(shape, way);
    entry->vectors = memory_take(memory, (size_t)words * (size_t)entry->width, sizeof(real));
    entry->d_vectors = memory_take(memory, (size_t)words * (size_t)entry->width, sizeof(real));
}

void decoder_layout(decoder_t *decoder, memory_t *memory, const shape_t *shape, int words, int letters) {
    const int steps = shape_decoder_steps(letters);
    const size_t b = (size_t)words, h = (size_t)shape->hidden, rows = b * (size_t)steps;
    const size_t k = (size_t)shape_condition_width(shape), z = (size_t)shape->latent;
    decoder->shape = *shape;
    decoder->letters = letters;
    decoder->dropout_layout = (dropout_layout_t){shape->layers, steps, shape->hidden};
    decoder->dropout = (dropout_t){0};
    sequence_layout(&decoder->sequence, memory, words, steps);
    entry_layout(&decoder->hidden, memory, shape, SHAPE_ENTERS_HIDDEN, words);
    entry_layout(&decoder->cell, memory, shape, SHAPE_ENTERS_CELL, words);
    entry_layout(&decoder->steps, memory, shape, SHAPE_ENTERS_STEPS, words);
    symbol_input_layout(
        &decoder->input, memory, shape, decoder->steps.width, shape->decoder_relu, words, steps);
    for (int layer = 0; layer < shape->layers; layer++) {
        rnn_layout(&decoder->trace[layer], memory, shape, layer > 0 ? shape->hidden : 0, words, steps);
        decoder->input_of[layer] = memory_take(memory, layer > 0 ? rows * h : 0, sizeof(real));
    }
    decoder->condition = memory_take(memory, b * k, sizeof(real));
    decoder->z = memory_take(memory, b * z, sizeof(real));
    decoder->logits = memory_take(memory, rows * (size_t)shape->symbols, sizeof(real));
    decoder->weight = memory_take(memory, rows, sizeof(real));
    decoder->counted = memory_take(memory, b, sizeof(int));
    decoder->forced = memory_take(memory, b, sizeof(bool));
    decoder->may_say_unknown = memory_take(memory, b, sizeof(bool));
    decoder->d_output = memory_take(memory, rows * h, sizeof(real));
    decoder->d_hidden = memory_take(memory, b * h, sizeof(real));
    decoder->d_cell = memory_take(memory, b * h, sizeof(real));
    decoder->d_condition = memory_take(memory, b * k, sizeof(real));
    decoder->d_z = memory_take(memory, b * z, sizeof(real));
}

void decoder_prepare(decoder_t *decoder, const weights_t *weights) {
    symbol_input_prepare(&decoder->input, weights->decoder_embedding, &weights->decoder[0]);
    for (int layer = 0; layer < decoder->shape.layers; layer++) {
        rnn_prepare(&decoder->trace[layer], &weights->decoder[layer]);
    }
}

/** z and the condition side by side, as far as they enter this way. */
static void entry_forward(const decoder_t *decoder, const decoder_entry_t *entry, int words) {
    const shape_t *shape = &decoder->shape;
    const size_t z = shape->decoder_latent & entry->way ? (size_t)shape->latent : 0;
    const size_t k = (size_t)entry->width - z, all = (size_t)entry->width;
    for (int row = 0; row < words && all > 0; row++) {
        memcpy(entry->vectors + (size_t)row * all, decoder->z + (size_t)row * z, z * sizeof(real));
        memcpy(
            entry->vectors + (size_t)row * all + z, decoder->condition + (size_t)row * k, k * sizeof(real));
    }
}

static void entry_backward(const decoder_t *decoder, const decoder_entry_t *entry, int words) {
    const shape_t *shape = &decoder->shape;
    const size_t z = shape->decoder_latent & entry->way ? (size_t)shape->latent : 0;
    const size_t k = (size_t)entry->width - z, all = (size_t)entry->width;
    for (int row = 0; row < words && all > 0; row++) {
        const real *d_vector = entry->d_vectors + (size_t)row * all;
        layer_add_columns(1, (int)z, d_vector, decoder->d_z + (size_t)row * z);
        layer_add_columns(1, (int)k, d_vector + z, decoder->d_condition + (size_t)row * k);
    }
}

/** A first state [words, H] of a layer: a linear function of what enters, or zero. */
static void first_state(const shape_t *shape, const decoder_entry_t *entry, const linear_weights_t *weights,
    int words, real *state) {
    const int hidden = shape->hidden;
    if (entry->width > 0) {
        layer_linear_forward(shape->precision, words, entry->width, hidden, weights, entry->vectors, state);
    } else {
        memset(state, 0, (size_t)words * (size_t)hidden * sizeof *state);
    }
}

/** Everything before the first symbol: decoder->z is set, the conditions are given in row order. */
static void begin(decoder_t *decoder, const weights_t *weights, int words, const int *conditions) {
    const shape_t *shape = &decoder->shape;
    layer_condition_forward(shape, weights, words, conditions, decoder->condition);
    entry_forward(decoder, &decoder->hidden, words);
    entry_forward(decoder, &decoder->cell, words);
    entry_forward(decoder, &decoder->steps, words);
    symbol_input_extra(&decoder->input, &weights->decoder[0], words, decoder->steps.vectors);
    for (int layer = 0; layer < decoder->shape.layers; layer++) {
        rnn_trace_t *trace = &decoder->trace[layer];
        first_state(shape, &decoder->hidden, &weights->first_hidden[layer], words, trace->first_hidden);
        if (decoder->shape.cell == SHAPE_CELL_LSTM) {
            first_state(shape, &decoder->cell, &weights->first_cell[layer], words, trace->first_cell);
        }
    }
}

/** The symbol with the largest logit; never the start symbol. */
static symbol_t best_symbol(const real *logits, int symbols) {
    int best = SYMBOL_START + 1;
    for (int v = best + 1; v < symbols; v++) {
        if (logits[v] > logits[best]) {
            best = v;
        }
    }
    return (symbol_t)best;
}

/** Sets what the free-running words read at step t from what they said at step t - 1. */
static void read_own_symbols(decoder_t *decoder, int t) {
    sequence_t *sequence = &decoder->sequence;
    for (int row = 0; row < sequence->rows[t]; row++) {
        if (decoder->forced[row]) {
            continue;
        }
        const int before = sequence->offset[t - 1] + row;
        symbol_t said = best_symbol(
            decoder->logits + (size_t)before * (size_t)decoder->shape.symbols, decoder->shape.symbols);
        sequence->read[sequence->offset[t] + row] = said;
        if (said == SYMBOL_END && decoder->counted[row] > t) {
            decoder->counted[row] = t;
        }
    }
}

static void step(decoder_t *decoder, int t) {
    const sequence_t *sequence = &decoder->sequence;
    const int rows = sequence->rows[t], at = sequence->offset[t];
    const size_t states = (size_t)at * (size_t)decoder->shape.hidden;
    symbol_input_forward(&decoder->input, rows, sequence->read + at, rnn_gates(&decoder->trace[0], at));
    rnn_step(&decoder->trace[0], sequence, t);
    for (int layer = 1; layer < decoder->shape.layers; layer++) {
        const real *input = decoder->trace[layer - 1].hidden + states;
        if (decoder->dropout.kept) {
            real *dropped = decoder->input_of[layer] + states;
            layer_dropout_step(
                &decoder->dropout, &decoder->dropout_layout, layer, sequence, t, input, dropped);
            input = dropped;
        }
        rnn_project(&decoder->trace[layer], rows, input, rnn_gates(&decoder->trace[layer], at));
        rnn_step(&decoder->trace[layer], sequence, t);
    }
}

static void output_rows(decoder_t *decoder, const weights_t *weights, int at, int rows) {
    const shape_t *shape = &decoder->shape;
    layer_linear_forward(shape->precision, rows, shape->hidden, shape->symbols, &weights->output,
        decoder->trace[shape->layers - 1].hidden + (size_t)at * (size_t)shape->hidden,
        decoder->logits + (size_t)at * (size_t)shape->symbols);
}

/** Puts z and the teacher-forcing coins into row order. Returns whether any word runs free. */
static bool take_in(decoder_t *decoder, const real *z, const bool *forced) {
    const sequence_t *sequence = &decoder->sequence;
    const size_t width = (size_t)decoder->shape.latent;
    bool any_free = false;
    for (int row = 0; row < sequence->words; row++) {
        const int word = sequence->word[row];
        memcpy(decoder->z + (size_t)row * width, z + (size_t)word * width, width * sizeof *z);
        decoder->forced[row] = !forced || forced[word];
        decoder->counted[row] = sequence->length[row];
        any_free = any_free || !decoder->forced[row];
    }
    return any_free;
}

/** Words with teacher forcing read nothing in place of their dropped letters. */
static void drop_letters(decoder_t *decoder, const bool *dropped) {
    const sequence_t *sequence = &decoder->sequence;
    for (int row = 0; row < sequence->words; row++) {
        const bool *of_word = dropped + (size_t)sequence->word[row] * (size_t)decoder->letters;
        for (int t = 1; t < sequence->length[row] && decoder->forced[row]; t++) {
            if (of_word[t - 1]) {
                sequence->read[sequence->offset[t] + row] = (symbol_t)decoder->shape.symbols;
            }
        }
    }
}

void decoder_forward(decoder_t *decoder, const weights_t *weights, const word_t *words, int count,
    const real *z, const bool *forced, const bool *dropped, const dropout_t *dropout) {
    sequence_t *sequence = &decoder->sequence;
    sequence_pack(sequence, words, count, true, false);
    const bool any_free = take_in(decoder, z, forced);
    decoder->dropout = dropout ? *dropout : (dropout_t){0};
    if (dropped) {
        drop_letters(decoder, dropped);
    }
    begin(decoder, weights, count, sequence->condition);
    for (int t = 0; t < sequence->steps; t++) {
        if (any_free && t > 0) {
            read_own_symbols(decoder, t);
        }
        step(decoder, t);
        if (any_free) {
            output_rows(decoder, weights, sequence->offset[t], sequence->rows[t]);
        }
    }
    // Nobody had to wait for a step's logits: all of them in one product.
    if (!any_free) {
        output_rows(decoder, weights, 0, sequence->total);
    }
}

void decoder_word_shares(const decoder_t *decoder, real *shares) {
    for (int row = 0; row < decoder->sequence.words; row++) {
        shares[decoder->sequence.word[row]] = (real)1 / (real)decoder->counted[row];
    }
}

/** What each row's cross-entropy counts in the loss. */
static void weigh_rows(decoder_t *decoder) {
    const sequence_t *sequence = &decoder->sequence;
    const bool is_sum = decoder->shape.loss == SHAPE_LOSS_SUM;
    for (int t = 0; t < sequence->steps; t++) {
        for (int row = 0; row < sequence->rows[t]; row++) {
            real weight = is_sum ? 1 : (real)1 / (real)decoder->counted[row];
            decoder->weight[sequence->offset[t] + row] = t < decoder->counted[row] ? weight : 0;
        }
    }
}

double decoder_loss(decoder_t *decoder) {
    const sequence_t *sequence = &decoder->sequence;
    weigh_rows(decoder);
    return layer_cross_entropy(
        sequence->total, decoder->shape.symbols, decoder->logits, sequence->spell, decoder->weight);
}

static int shared_letters(const word_t *a, const word_t *b) {
    int shared = 0;
    while (shared < a->length && shared < b->length && a->letters[shared] == b->letters[shared]) {
        shared++;
    }
    return shared;
}

void decoder_match_targets(const decoder_t *decoder, const pair_t *pairs, real *targets) {
    const sequence_t *sequence = &decoder->sequence;
    const int symbols = decoder->shape.symbols;
    for (int row = 0; row < sequence->words; row++) {
        const pair_t *pair = &pairs[sequence->word[row]];
        const int shared = shared_letters(&pair->source, &pair->target);
        for (int t = 0; t < sequence->length[row]; t++) {
            const size_t at = (size_t)(sequence->offset[t] + row) * (size_t)symbols;
            const symbol_t own = sequence->spell[sequence->offset[t] + row];
            real *target = targets + at, largest;
            if (t > shared) {
                memset(target, 0, (size_t)symbols * sizeof *target);
                target[own] = 1;
                continue;
            }
            const real factor =
                (real)(1 / layer_exponentials(symbols, decoder->logits + at, target, &largest));
            for (int v = 0; v < symbols; v++) {
                target[v] *= factor;
            }
            if (t == shared) {
                const word_t *source = &pair->source;
                const symbol_t other = t < source->length ? source->letters[t] : SYMBOL_END;
                const real probability = target[own];
                target[own] = target[other];
                target[other] = probability;
            }
        }
    }
}

double decoder_match_loss(decoder_t *decoder, const real *targets) {
    weigh_rows(decoder);
    return layer_soft_cross_entropy(
        decoder->sequence.total, decoder->shape.symbols, decoder->logits, targets, decoder->weight);
}

void decoder_word_losses(decoder_t *decoder, double *losses) {
    const sequence_t *sequence = &decoder->sequence;
    const size_t symbols = (size_t)decoder->shape.symbols;
    const real all = 1;
    for (int row = 0; row < sequence->words; row++) {
        losses[sequence->word[row]] = 0;
    }
    for (int t = 0; t < sequence->steps; t++) {
        for (int row = 0; row < sequence->rows[t]; row++) {
            const int at = sequence->offset[t] + row;
            losses[sequence->word[row]] += layer_cross_entropy(
                1, (int)symbols, decoder->logits + (size_t)at * symbols, &sequence->spell[at], &all);
        }
    }
}

static void first_state_backward(const shape_t *shape, const decoder_entry_t *entry,
    const linear_weights_t *weights, int words, const real *d_state, const linear_weights_t *d_weights) {
    if (entry->width > 0) {
        layer_linear_backward(shape->precision, words, entry->width, shape->hidden, weights, entry->vectors,
            d_state, d_weights, 1, entry->d_vectors);
    }
}

static void clear(real *numbers, int rows, int width) {
    memset(numbers, 0, (size_t)rows * (size_t)width * sizeof *numbers);
}

/** What an upper layer reads, [R, H]. */
static const real *input_of(const decoder_t *decoder, int layer) {
    return decoder->dropout.kept ? decoder->input_of[layer] : decoder->trace[layer - 1].hidden;
}

static void layer_backward(
    decoder_t *decoder, const weights_t *weights, int layer, const weights_t *d_weights) {
    const sequence_t *sequence = &decoder->sequence;
    const int words = sequence->words, h = decoder->shape.hidden;
    clear(decoder->d_hidden, words, h);
    clear(decoder->d_cell, words, h);
    rnn_backward(&decoder->trace[layer], sequence, decoder->d_output, decoder->d_hidden, decoder->d_cell,
        &d_weights->decoder[layer]);
    first_state_backward(&decoder->shape, &decoder->hidden, &weights->first_hidden[layer], words,
        decoder->d_hidden, &d_weights->first_hidden[layer]);
    first_state_backward(&decoder->shape, &decoder->cell, &weights->first_cell[layer], words, decoder->d_cell,
        &d_weights->first_cell[layer]);
    if (layer > 0) {
        rnn_project_backward(&decoder->trace[layer], sequence->total, input_of(decoder, layer),
            &d_weights->decoder[layer], 0, decoder->d_output);
        if (decoder->dropout.kept) {
            layer_dropout(&decoder->dropout, &decoder->dropout_layout, layer, sequence, decoder->d_output);
        }
    }
}

void decoder_backward(decoder_t *decoder, const weights_t *weights, const weights_t *d_weights, real *d_z) {
    const shape_t *shape = &decoder->shape;
    const sequence_t *sequence = &decoder->sequence;
    const int words = sequence->words;
    layer_linear_backward(shape->precision, sequence->total, shape->hidden, shape->symbols, &weights->output,
        decoder->trace[shape->layers - 1].hidden, decoder->logits, &d_weights->output, 0, decoder->d_output);
    clear(decoder->hidden.d_vectors, words, decoder->hidden.width);
    clear(decoder->cell.d_vectors, words, decoder->cell.width);
    for (int layer = shape->layers - 1; layer >= 0; layer--) {
        layer_backward(decoder, weights, layer, d_weights);
    }
    symbol_input_backward(&decoder->input, sequence, weights->decoder_embedding, &weights->decoder[0],
        decoder->steps.vectors, decoder->trace[0].gates, d_weights->decoder_embedding, &d_weights->decoder[0],
        decoder->steps.d_vectors);
    clear(decoder->d_z, words, shape->latent);
    clear(decoder->d_condition, words, shape_condition_width(shape));
    entry_backward(decoder, &decoder->hidden, words);
    entry_backward(decoder, &decoder->cell, words);
    entry_backward(decoder, &decoder->steps, words);
    layer_condition_backward(shape, words, sequence->condition, decoder->d_condition, d_weights);
    const size_t width = (size_t)shape->latent;
    for (int row = 0; row < words; row++) {
        memcpy(d_z + (size_t)sequence->word[row] * width, decoder->d_z + (size_t)row * width,
            width * sizeof *d_z);
    }
}

void decoder_start(decoder_t *decoder, const weights_t *weights, int count, const real *z,
    const int *conditions, const bool *may_say_unknown) {
    memcpy(decoder->z, z, (size_t)count * (size_t)decoder->shape.latent * sizeof *z);
    decoder->dropout = (dropout_t){0};
    begin(decoder, weights, count, conditions);
    for (int row = 0; row < count; row++) {
        decoder->sequence.read[row] = SYMBOL_START;
        decoder->may_say_unknown[row] = may_say_unknown && may_say_unknown[row];
    }
}

const real *decoder_say(decoder_t *decoder, const weights_t *weights, int rows) {
    decoder->sequence.rows[0] = rows;
    decoder->sequence.offset[0] = 0;
    step(decoder, 0);
    output_rows(decoder, weights, 0, rows);
    for (int row = 0; decoder->shape.unknown > 0 && row < rows; row++) {
        if (!decoder->may_say_unknown[row]) {
            decoder->logits[(size_t)row * (size_t)decoder->shape.symbols + (size_t)decoder->shape.unknown] =
                -(real)INFINITY;
        }
    }
    return decoder->logits;
}

void decoder_go_on(decoder_t *decoder, int from, int to, symbol_t said) {
    decoder->sequence.read[to] = said;
    decoder->may_say_unknown[to] = decoder->may_say_unknown[from];
    symbol_input_move_extra(&decoder->input, from, to);
    for (int layer = 0; layer < decoder->shape.layers; layer++) {
        rnn_go_on(&decoder->trace[layer], from, to);
    }
}

void decoder_generate(decoder_t *decoder, const weights_t *weights, int count, const real *z,
    const int *conditions, const bool *may_say_unknown, int max_letters, symbol_t *letters, int *lengths) {
    const int symbols = decoder->shape.symbols;
    int *word = decoder->sequence.word; // which of the words each row spells
    decoder_start(decoder, weights, count, z, conditions, may_say_unknown);
    for (int row = 0; row < count; row++) {
        word[row] = row;
        lengths[row] = 0;
    }
    int running = count;
    for (int t = 0; t < max_letters && running > 0; t++) {
        const real *logits = decoder_say(decoder, weights, running);
        // Words that have ended leave, so that no step works on them.
        int left = 0;
        for (int row = 0; row < running; row++) {
            const symbol_t said = best_symbol(logits + (size_t)row * (size_t)symbols, symbols);
            if (said != SYMBOL_END) {
                word[left] = word[row];
                letters[(size_t)word[row] * (size_t)max_letters + (size_t)lengths[word[row]]++] = said;
                decoder_go_on(decoder, row, left++, said);
            }
        }
        running = left;
    }
}
