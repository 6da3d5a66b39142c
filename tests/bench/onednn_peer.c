// oneDNN's LSTM as a peer: forward (training) and backward of the encoder's and the decoder's LSTM, with what
// they read and their first states given. That is a PART of a training step: no embedding's gradient, latent,
// output layer, loss, sum, clipping or optimizer, and oneDNN is spared even what it would need of each step
// besides, the reorder of the weights into its own layouts and the clearing of their gradients.
//
//   bench_onednn fp32|bf16 BATCH HIDDEN ENCODER_INPUT DECODER_INPUT ENCODER_STEPS DECODER_STEPS SECONDS
//
// bf16: inputs, hidden states and weights in bfloat16; cell states, biases and all gradients in fp32, as
// oneDNN wants them. Exit status 69 where oneDNN has no such LSTM. It prints one JSON object with the steps
// of words a second (a word of five letters has five in the encoder, six in the decoder), median, least and
// most of several repetitions.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <dnnl.h>

enum { ARGUMENTS_MAX = 32, REPETITIONS = 5, WRONG_USAGE = 64, UNAVAILABLE = 69 };

typedef struct {
    dnnl_dim_t batch, hidden, input, steps;
    dnnl_data_type_t precision; /**< of inputs, hidden states and weights */
} sizes_t;

/** A primitive with its arguments. */
typedef struct {
    dnnl_primitive_t primitive;
    dnnl_primitive_desc_t descriptor;
    int count;
    dnnl_exec_arg_t argument[ARGUMENTS_MAX];
    bool owns[ARGUMENTS_MAX]; /**< the argument's memory is not another call's */
} call_t;

typedef struct {
    call_t forward, backward;
} lstm_t;

/** The shapes of an LSTM's arguments, in whatever layouts oneDNN likes best. */
typedef struct {
    dnnl_memory_desc_t layer, output, state, cell, weights_layer, weights_iter, bias;
} shapes_t;

static const int forward_arguments[] = {DNNL_ARG_SRC_LAYER, DNNL_ARG_SRC_ITER, DNNL_ARG_SRC_ITER_C,
    DNNL_ARG_WEIGHTS_LAYER, DNNL_ARG_WEIGHTS_ITER, DNNL_ARG_BIAS, DNNL_ARG_DST_LAYER, DNNL_ARG_DST_ITER,
    DNNL_ARG_DST_ITER_C, DNNL_ARG_WORKSPACE};

static const int backward_arguments[] = {DNNL_ARG_DIFF_SRC_LAYER, DNNL_ARG_DIFF_SRC_ITER,
    DNNL_ARG_DIFF_SRC_ITER_C, DNNL_ARG_DIFF_WEIGHTS_LAYER, DNNL_ARG_DIFF_WEIGHTS_ITER, DNNL_ARG_DIFF_BIAS,
    DNNL_ARG_DIFF_DST_LAYER, DNNL_ARG_DIFF_DST_ITER, DNNL_ARG_DIFF_DST_ITER_C};

enum {
    FORWARD_ARGUMENTS = sizeof forward_arguments / sizeof forward_arguments[0],
    BACKWARD_ARGUMENTS = sizeof backward_arguments / sizeof backward_arguments[0]
};

static void check(dnnl_status_t status, const char *what) {
    if (status != dnnl_success) {
        fprintf(stderr, "bench_onednn: %s: oneDNN's status %d\n", what, (int)status);
        exit(1);
    }
}

static dnnl_memory_desc_t shape(int dimensions, const dnnl_dims_t size, dnnl_data_type_t type) {
    dnnl_memory_desc_t described;
    check(dnnl_memory_desc_init_by_tag(&described, dimensions, size, type, dnnl_format_tag_any), "a shape");
    return described;
}

static shapes_t shapes_of(sizes_t size, dnnl_data_type_t precision) {
    return (shapes_t){
        .layer = shape(3, (dnnl_dims_t){size.steps, size.batch, size.input}, precision),
        .output = shape(3, (dnnl_dims_t){size.steps, size.batch, size.hidden}, precision),
        .state = shape(4, (dnnl_dims_t){1, 1, size.batch, size.hidden}, precision),
        .cell = shape(4, (dnnl_dims_t){1, 1, size.batch, size.hidden}, dnnl_f32),
        .weights_layer = shape(5, (dnnl_dims_t){1, 1, size.input, 4, size.hidden}, precision),
        .weights_iter = shape(5, (dnnl_dims_t){1, 1, size.hidden, 4, size.hidden}, precision),
        .bias = shape(4, (dnnl_dims_t){1, 1, 4, size.hidden}, dnnl_f32),
    };
}

static dnnl_memory_t find(const call_t *call, int name) {
    for (int i = 0; i < call->count; i++) {
        if (call->argument[i].arg == name) {
            return call->argument[i].memory;
        }
    }
    return NULL;
}

static void fill(dnnl_memory_t memory, const dnnl_memory_desc_t *described) {
    void *data;
    check(dnnl_memory_get_data_handle(memory, &data), "a memory's data");
    const size_t size = described->data_type == dnnl_bf16 ? 2 : sizeof(float);
    for (size_t i = 0; i < dnnl_memory_desc_get_size(described) / size; i++) {
        const float number = 0.0001f * (float)((int)(i * 2654435761u % 2001) - 1000);
        // A bfloat16 is the upper half of a float; x86 has the lower half first.
        memcpy((char *)data + i * size, (const char *)&number + sizeof number - size, size);
    }
}

/** Adds an argument: another call's memory where that has the layout wanted, else memory of its own. */
static void add_argument(call_t *call, dnnl_engine_t engine, int name, const call_t *other) {
    const dnnl_memory_desc_t *wanted =
        dnnl_primitive_desc_query_md(call->descriptor, dnnl_query_exec_arg_md, name);
    const dnnl_memory_desc_t *present = NULL;
    dnnl_memory_t memory = other ? find(other, name) : NULL;
    if (memory) {
        check(dnnl_memory_get_memory_desc(memory, &present), "a memory's layout");
    }
    const bool owns = !present || !dnnl_memory_desc_equal(present, wanted);
    if (owns) {
        check(dnnl_memory_create(&memory, wanted, engine, DNNL_MEMORY_ALLOCATE), "memory");
        fill(memory, wanted);
    }
    call->owns[call->count] = owns;
    call->argument[call->count++] = (dnnl_exec_arg_t){name, memory};
}

static void create_primitive(
    call_t *call, dnnl_engine_t engine, const dnnl_rnn_desc_t *described, const call_t *forward) {
    const dnnl_status_t status = dnnl_primitive_desc_create(
        &call->descriptor, described, NULL, engine, forward ? forward->descriptor : NULL);
    if (status == dnnl_unimplemented) {
        fprintf(stderr, "bench_onednn: oneDNN has no such LSTM here\n");
        exit(UNAVAILABLE);
    }
    check(status, "an LSTM's primitive");
    check(dnnl_primitive_create(&call->primitive, call->descriptor), "an LSTM's primitive");
    for (int i = 0; i < FORWARD_ARGUMENTS; i++) {
        add_argument(call, engine, forward_arguments[i], forward);
    }
}

static void lstm_create(lstm_t *lstm, dnnl_engine_t engine, sizes_t size) {
    const shapes_t s = shapes_of(size, size.precision), gradient = shapes_of(size, dnnl_f32);
    dnnl_rnn_desc_t described;
    *lstm = (lstm_t){0};
    check(dnnl_lstm_forward_desc_init(&described, dnnl_forward_training, dnnl_unidirectional_left2right,
              &s.layer, &s.state, &s.cell, &s.weights_layer, &s.weights_iter, &s.bias, &s.output, &s.state,
              &s.cell, 0),
        "an LSTM's forward pass");
    create_primitive(&lstm->forward, engine, &described, NULL);
    check(dnnl_lstm_backward_desc_init(&described, dnnl_backward, dnnl_unidirectional_left2right, &s.layer,
              &s.state, &s.cell, &s.weights_layer, &s.weights_iter, &s.bias, &s.output, &s.state, &s.cell,
              &gradient.layer, &gradient.state, &gradient.cell, &gradient.weights_layer,
              &gradient.weights_iter, &gradient.bias, &gradient.output, &gradient.state, &gradient.cell, 0),
        "an LSTM's backward pass");
    create_primitive(&lstm->backward, engine, &described, &lstm->forward);
    for (int i = 0; i < BACKWARD_ARGUMENTS; i++) {
        add_argument(&lstm->backward, engine, backward_arguments[i], NULL);
    }
}

static void call_destroy(call_t *call) {
    for (int i = 0; i < call->count; i++) {
        if (call->owns[i]) {
            dnnl_memory_destroy(call->argument[i].memory);
        }
    }
    dnnl_primitive_destroy(call->primitive);
    dnnl_primitive_desc_destroy(call->descriptor);
}

static void lstm_destroy(lstm_t *lstm) {
    call_destroy(&lstm->backward);
    call_destroy(&lstm->forward);
}

static void run(const call_t *call, dnnl_stream_t stream) {
    check(dnnl_primitive_execute(call->primitive, stream, call->count, call->argument), "a run");
}

/** The passes of one training step, in its order. */
static void run_step(const lstm_t *encoder, const lstm_t *decoder, dnnl_stream_t stream) {
    run(&encoder->forward, stream);
    run(&decoder->forward, stream);
    run(&decoder->backward, stream);
    run(&encoder->backward, stream);
    check(dnnl_stream_wait(stream), "a stream");
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/** Training steps a second, measured for so many seconds. */
static double measure(const lstm_t *encoder, const lstm_t *decoder, dnnl_stream_t stream, double seconds) {
    const double begin = now();
    double taken = 0;
    int steps = 0;
    while (taken < seconds) {
        run_step(encoder, decoder, stream);
        steps++;
        taken = now() - begin;
    }
    return steps / taken;
}

static int compare(const void *left, const void *right) {
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

int main(int argc, char **argv) {
    if (argc != 9 || (strcmp(argv[1], "fp32") != 0 && strcmp(argv[1], "bf16") != 0)) {
        fprintf(stderr,
            "usage: bench_onednn fp32|bf16 BATCH HIDDEN ENCODER_INPUT DECODER_INPUT ENCODER_STEPS "
            "DECODER_STEPS SECONDS\n");
        return WRONG_USAGE;
    }
    const dnnl_data_type_t precision = strcmp(argv[1], "bf16") == 0 ? dnnl_bf16 : dnnl_f32;
    const dnnl_dim_t batch = atol(argv[2]), hidden = atol(argv[3]), steps[] = {atol(argv[6]), atol(argv[7])};
    const double words = (double)(batch * (steps[0] + steps[1])), seconds = atof(argv[8]) / (REPETITIONS + 1);
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    lstm_t encoder, decoder;
    double rate[REPETITIONS];
    check(dnnl_engine_create(&engine, dnnl_cpu, 0), "an engine");
    check(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags), "a stream");
    lstm_create(&encoder, engine, (sizes_t){batch, hidden, atol(argv[4]), steps[0], precision});
    lstm_create(&decoder, engine, (sizes_t){batch, hidden, atol(argv[5]), steps[1], precision});
    measure(&encoder, &decoder, stream, seconds);
    for (int i = 0; i < REPETITIONS; i++) {
        rate[i] = words * measure(&encoder, &decoder, stream, seconds);
    }
    qsort(rate, REPETITIONS, sizeof rate[0], compare);
    printf("{\"median\": %.1f, \"least\": %.1f, \"most\": %.1f}\n", rate[REPETITIONS / 2], rate[0],
        rate[REPETITIONS - 1]);
    lstm_destroy(&decoder);
    lstm_destroy(&encoder);
    dnnl_stream_destroy(stream);
    dnnl_engine_destroy(engine);
    return 0;
}
