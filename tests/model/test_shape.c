#include "model/shape.h"
#include "fixture.h"

static void test_good_shapes(void **state) {
    (void)state;
    shape_t shape = fixture_shape();
    assert_ok(shape_check(&shape));
    shape.layers = SHAPE_LAYERS_MAX;
    assert_ok(shape_check(&shape));
    // The condition may fill the whole state, and may be wider where it only enters the steps.
    shape.condition_embedding = shape.hidden;
    assert_ok(shape_check(&shape));
    shape.condition_embedding = shape.hidden + 1;
    shape.encoder_condition = SHAPE_ENTERS_STEPS;
    assert_ok(shape_check(&shape));
}

static void test_layers(void **state) {
    (void)state;
    shape_t shape = fixture_shape();
    shape.layers = 0;
    assert_fails(shape_check(&shape), STATUS_CONFIG, "model.layers: 0, 1 to 8 was expected");
    shape.layers = SHAPE_LAYERS_MAX + 1;
    assert_fails(shape_check(&shape), STATUS_CONFIG, "model.layers: 9, 1 to 8 was expected");
}

static void test_condition_wider_than_the_state(void **state) {
    (void)state;
    const char *message =
        "model.condition: a condition of width 7 does not fit into the encoder's first state "
        "of model.hidden = 6";
    shape_t shape = fixture_shape();
    shape.encoder_condition = SHAPE_ENTERS_HIDDEN;
    shape.condition_embedding = 7;
    assert_fails(shape_check(&shape), STATUS_CONFIG, message);
    shape.condition_embedding = 0;
    shape.conditions = 7;
    assert_fails(shape_check(&shape), STATUS_CONFIG, message);
    shape.encoder_condition = SHAPE_ENTERS_CELL | SHAPE_ENTERS_STEPS;
    assert_fails(shape_check(&shape), STATUS_CONFIG, message);
}

static void test_latent_enters_nowhere(void **state) {
    (void)state;
    shape_t shape = fixture_shape();
    shape.decoder_latent = 0;
    assert_fails(shape_check(&shape), STATUS_CONFIG, "model.decoder_latent: z enters the decoder nowhere");
}

static void test_latent_enters_a_cell_that_a_gru_has_not(void **state) {
    (void)state;
    shape_t shape = fixture_shape();
    shape.cell = SHAPE_CELL_GRU;
    assert_ok(shape_check(&shape));
    assert_int_equal(shape_decoder_width(&shape, SHAPE_ENTERS_CELL), 0);
    shape.decoder_latent = SHAPE_ENTERS_CELL;
    assert_fails(shape_check(&shape), STATUS_CONFIG,
        "model.decoder_latent: z enters the decoder's cell state alone, and a GRU has none");
}

static void test_widths(void **state) {
    (void)state;
    shape_t shape = fixture_shape();
    assert_int_equal(shape_condition_width(&shape), 2);
    assert_int_equal(shape_encoder_width(&shape), 6);
    assert_int_equal(shape_gates(&shape), 4);
    assert_int_equal(shape_encoder_extra(&shape), 2);
    shape.condition_embedding = 0;
    assert_int_equal(shape_condition_width(&shape), 3);
    assert_int_equal(shape_encoder_extra(&shape), 3);
    shape.encoder_condition = SHAPE_ENTERS_HIDDEN | SHAPE_ENTERS_CELL;
    assert_int_equal(shape_encoder_extra(&shape), 0);
    shape.decoder_latent = SHAPE_ENTERS_HIDDEN | SHAPE_ENTERS_STEPS;
    shape.decoder_condition = SHAPE_ENTERS_HIDDEN;
    assert_int_equal(shape_decoder_width(&shape, SHAPE_ENTERS_HIDDEN), 7);
    assert_int_equal(shape_decoder_width(&shape, SHAPE_ENTERS_CELL), 0);
    assert_int_equal(shape_decoder_width(&shape, SHAPE_ENTERS_STEPS), 4);
    shape.decoder_condition = SHAPE_ENTERS_CELL;
    assert_int_equal(shape_decoder_width(&shape, SHAPE_ENTERS_CELL), 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_shapes),
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_condition_wider_than_the_state),
        cmocka_unit_test(test_latent_enters_nowhere),
        cmocka_unit_test(test_latent_enters_a_cell_that_a_gru_has_not),
        cmocka_unit_test(test_widths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
