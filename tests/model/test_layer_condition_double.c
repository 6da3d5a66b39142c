#include "model/layer.h"
#include "tensors.h"

enum { WORDS = 5, CONDITIONS = 4, WIDTH = 3 };

static const int conditions[WORDS] = {2, 0, 2, 3, 2};

typedef struct {
    shape_t shape;
    weights_t weights;
    real *vectors;
    const real *d_vectors;
} condition_t;

static double forward(void *context) {
    condition_t *condition = context;
    layer_condition_forward(&condition->shape, &condition->weights, WORDS, conditions, condition->vectors);
    return fixture_dot(WORDS * WIDTH, condition->vectors, condition->d_vectors);
}

static void test_gradient_of_embedding(void **state) {
    (void)state;
    tensors_t embedding = tensors_make("condition", TENSORS_ADDED, 1, CONDITIONS * WIDTH);
    condition_t condition = {.shape = {.conditions = CONDITIONS, .condition_embedding = WIDTH},
        .weights = {.condition = embedding.x},
        .vectors = fixture_normal(2, 1, WORDS * WIDTH),
        .d_vectors = fixture_normal(3, 1, WORDS * WIDTH)};
    layer_condition_backward(
        &condition.shape, WORDS, conditions, condition.d_vectors, &(weights_t){.condition = embedding.d});
    tensors_check((tensors_t *[]){&embedding}, 1, forward, &condition);
}

/** Conditions of two parts, of one, of none, and of three. */
static void test_gradient_of_parts(void **state) {
    (void)state;
    enum { PARTS = 3 };
    static const int first[CONDITIONS + 1] = {0, 2, 3, 3, 6}, part[] = {0, 2, 2, 1, 0, 2};
    tensors_t embedding = tensors_make("condition", TENSORS_ADDED, 1, CONDITIONS * WIDTH);
    tensors_t parts = tensors_make("parts", TENSORS_ADDED, 4, PARTS * WIDTH);
    condition_t condition = {.shape = {.conditions = CONDITIONS,
                                 .condition_embedding = WIDTH,
                                 .condition_parts = PARTS,
                                 .parts = {first, part}},
        .weights = {.condition = embedding.x, .condition_part = parts.x},
        .vectors = fixture_normal(2, 1, WORDS * WIDTH),
        .d_vectors = fixture_normal(3, 1, WORDS * WIDTH)};
    layer_condition_backward(&condition.shape, WORDS, conditions, condition.d_vectors,
        &(weights_t){.condition = embedding.d, .condition_part = parts.d});
    tensors_check((tensors_t *[]){&embedding, &parts}, 2, forward, &condition);
}

static void test_one_hot(void **state) {
    (void)state;
    const shape_t shape = {.conditions = CONDITIONS};
    real *vectors = fixture_normal(1, 1, WORDS * CONDITIONS);
    layer_condition_forward(&shape, &(weights_t){0}, WORDS, conditions, vectors);
    for (int i = 0; i < WORDS; i++) {
        for (int j = 0; j < CONDITIONS; j++) {
            assert_true(vectors[i * CONDITIONS + j] == (j == conditions[i] ? 1 : 0));
        }
    }
    // There is nothing to learn, and no place where it would go.
    layer_condition_backward(&shape, WORDS, conditions, vectors, &(weights_t){0});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_gradient_of_embedding, fixture_release),
        cmocka_unit_test_teardown(test_gradient_of_parts, fixture_release),
        cmocka_unit_test_teardown(test_one_hot, fixture_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
