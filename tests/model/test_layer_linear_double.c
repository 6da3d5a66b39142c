#include "model/layer.h"
#include "tensors.h"

typedef struct {
    int rows, in, out;
    linear_weights_t weights;
    real *x, *y;
    const real *d_y;
} layer_t;

static double forward(void *context) {
    layer_t *layer = context;
    layer_linear_forward(
        PRODUCT_REAL, layer->rows, layer->in, layer->out, &layer->weights, layer->x, layer->y);
    return fixture_dot((size_t)(layer->rows * layer->out), layer->y, layer->d_y);
}

static void check(int rows, int in, int out, real beta) {
    const size_t outputs = (size_t)(rows * out);
    tensors_t weight = tensors_make("weight", TENSORS_ADDED, 1, (size_t)(in * out));
    tensors_t bias = tensors_make("bias", TENSORS_ADDED, 2, (size_t)out);
    tensors_t x = tensors_make("x", beta == 0 ? TENSORS_WRITTEN : TENSORS_ADDED, 3, (size_t)(rows * in));
    layer_t layer = {rows, in, out, {weight.x, bias.x}, x.x, fixture_take(outputs, sizeof(real)),
        fixture_normal(4, 1, outputs)};
    const linear_weights_t d_weights = {weight.d, bias.d};
    forward(&layer);
    layer_linear_backward(PRODUCT_REAL, rows, in, out, &layer.weights, x.x, layer.d_y, &d_weights, beta, x.d);
    tensors_check((tensors_t *[]){&weight, &bias, &x}, 3, forward, &layer);
}

static void test_gradient(void **state) {
    (void)state;
    check(5, 4, 3, 0);
    check(5, 4, 3, 1);
    check(1, 7, 2, 0);
    check(4, 1, 1, 1);
}

static void test_no_gradient_by_the_input_when_not_wanted(void **state) {
    (void)state;
    const int rows = 5, in = 4, out = 3;
    tensors_t weight = tensors_make("weight", TENSORS_ADDED, 1, (size_t)(in * out));
    tensors_t bias = tensors_make("bias", TENSORS_ADDED, 2, (size_t)out);
    real *x = fixture_normal(3, 1, (size_t)(rows * in)), *d_y = fixture_normal(4, 1, (size_t)(rows * out));
    layer_t layer = {
        rows, in, out, {weight.x, bias.x}, x, fixture_take((size_t)(rows * out), sizeof(real)), d_y};
    const linear_weights_t d_weights = {weight.d, bias.d};
    layer_linear_backward(PRODUCT_REAL, rows, in, out, &layer.weights, x, d_y, &d_weights, 0, NULL);
    tensors_check((tensors_t *[]){&weight, &bias}, 2, forward, &layer);
}

static void test_forward_by_hand(void **state) {
    (void)state;
    real weight[] = {1, 2, 3, 4, 5, 6}, bias[] = {10, 20}, x[] = {1, 0, -1, 2, 1, 0}, y[4];
    const linear_weights_t weights = {weight, bias};
    layer_linear_forward(PRODUCT_REAL, 2, 3, 2, &weights, x, y);
    const real expected[] = {8, 18, 14, 33};
    assert_memory_equal(y, expected, sizeof y);
}

static void test_columns_are_added(void **state) {
    (void)state;
    const real x[] = {1, 2, 3, 4, 5, 6};
    real sum[] = {100, 200};
    layer_add_columns(3, 2, x, sum);
    assert_true(sum[0] == 109 && sum[1] == 212);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_gradient, fixture_release),
        cmocka_unit_test_teardown(test_no_gradient_by_the_input_when_not_wanted, fixture_release),
        cmocka_unit_test(test_forward_by_hand),
        cmocka_unit_test(test_columns_are_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
