#include "eval/gaussian.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

enum { CONDITIONS = 4, ROWS = 60, DRAWS_MAX = 200 };

static const char *const names[CONDITIONS] = {"present", "third", "progressive", "past"};

static dataset_t dataset;

static dataset_source_t source_of(const char *text) {
    return (dataset_source_t){
        .file = "verbs.txt",
        .text = text,
        .length = strlen(text),
        .condition_count = CONDITIONS,
        .condition_names = names,
        .pairs = DATASET_PAIRS_CROSS,
        .holdout = 0.4,
        .alphabet = "a-z",
        .max_length = 20,
    };
}

/** A data set of regular verbs made of two syllables, of which some are held back. */
static int create_rows(void **state) {
    (void)state;
    static const char *const first[] = {"b", "cl", "dr", "f", "gr", "h", "k", "l", "pl", "st"};
    static const char *const second[] = {"aik", "ent", "iff", "olt", "ump", "yll"};
    char text[ROWS * 64] = "";
    for (int i = 0; i < ROWS; i++) {
        char verb[16];
        snprintf(verb, sizeof verb, "%s%s", first[i / 6], second[i % 6]);
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s %ss %sing %sed\n", verb, verb, verb, verb);
    }
    dataset_source_t source = source_of(text);
    assert_ok(dataset_create(&dataset, &source));
    assert_int_equal(dataset.row_count, ROWS);
    assert_in_range(dataset.train_row_count, 3, ROWS - 3);
    return 0;
}

static int destroy(void **state) {
    (void)state;
    dataset_destroy(&dataset);
    return 0;
}

static word_t words[DRAWS_MAX * CONDITIONS];
static size_t draws;

static void start(void) {
    draws = 0;
}

/** A draw that spells the forms of one row, or of a different row in one condition. */
static void draw_mixed(size_t row, size_t other_row, int other_condition) {
    for (int condition = 0; condition < CONDITIONS; condition++) {
        size_t used = condition == other_condition ? other_row : row;
        words[draws * CONDITIONS + (size_t)condition] = dataset_word(&dataset, used, condition);
    }
    draws++;
}

static void draw_row(size_t row) {
    draw_mixed(row, row, 0);
}

static gaussian_score_t score(const word_t *drawn, size_t count) {
    gaussian_t gaussian = {0};
    gaussian_score_t result;
    memset(&result, 0xFF, sizeof result);
    assert_ok(gaussian_create(&gaussian, &dataset));
    assert_ok(gaussian_score(&gaussian, drawn, count, &result));
    gaussian_destroy(&gaussian);
    return result;
}

static void assert_score(size_t training, size_t held_back, size_t distinct, double share) {
    const gaussian_score_t result = score(words, draws);
    assert_int_equal(result.draws, draws);
    assert_int_equal(result.training, training);
    assert_int_equal(result.held_back, held_back);
    assert_int_equal(result.distinct, distinct);
    assert_true(result.score == share);
    // Every row stands in the file once.
    assert_int_equal(result.lines, training);
    assert_true(result.course == share);
}

static void test_no_draws(void **state) {
    (void)state;
    start();
    assert_score(0, 0, 0, 0);
    const gaussian_score_t result = score(NULL, 0), nothing = {0};
    assert_memory_equal(&result, &nothing, sizeof result);
}

static void test_every_training_row(void **state) {
    (void)state;
    start();
    for (size_t row = 0; row < dataset.train_row_count; row++) {
        draw_row(row);
    }
    assert_score(draws, 0, draws, 1);
}

static void test_every_row(void **state) {
    (void)state;
    start();
    for (size_t row = dataset.row_count; row-- > 0;) {
        draw_row(row);
    }
    size_t training = dataset.train_row_count;
    assert_score(training, ROWS - training, training, (double)training / ROWS);
}

static void test_the_last_and_the_first_beside_the_split(void **state) {
    (void)state;
    start();
    draw_row(dataset.train_row_count - 1);
    assert_score(1, 0, 1, 1);
    start();
    draw_row(dataset.train_row_count);
    assert_score(0, 1, 0, 0);
}

static void test_repeated_draws_count_each_time_but_are_one_row(void **state) {
    (void)state;
    start();
    for (int i = 0; i < 3; i++) {
        draw_row(0);
        draw_row(2);
        draw_row(dataset.train_row_count);
    }
    draw_row(2);
    draw_mixed(0, 1, 3);
    assert_score(7, 3, 2, 7.0 / 11);
}

static void test_one_wrong_form_is_no_row(void **state) {
    (void)state;
    start();
    for (int condition = 0; condition < CONDITIONS; condition++) {
        draw_mixed(0, 1, condition);
        draw_mixed(dataset.train_row_count, 0, condition);
    }
    assert_score(0, 0, 0, 0);
}

static void test_forms_in_each_others_place_are_no_row(void **state) {
    (void)state;
    start();
    draw_row(0);
    word_t present = words[0];
    words[0].letters = words[3].letters;
    words[0].length = words[3].length;
    words[3].letters = present.letters;
    words[3].length = present.length;
    draw_row(0);
    assert_score(1, 0, 1, 0.5);
}

static void test_what_a_decoder_may_spell(void **state) {
    (void)state;
    symbol_t letters[64];
    start();
    // No letter at all.
    draw_row(0);
    words[2].length = 0;
    // A letter less, a letter more.
    draw_row(0);
    words[CONDITIONS + 1].length--;
    draw_row(0);
    word_t *longer = &words[2 * CONDITIONS + 3];
    memcpy(letters, longer->letters, (size_t)longer->length * sizeof *letters);
    letters[longer->length] = SYMBOL_FIRST_LETTER;
    longer->letters = letters;
    longer->length++;
    // The right letters, but not those of the data set's own memory.
    draw_row(1);
    symbol_t copy[64];
    word_t *copied = &words[3 * CONDITIONS];
    memcpy(copy, copied->letters, (size_t)copied->length * sizeof *copy);
    copied->letters = copy;
    assert_score(1, 0, 1, 0.25);
}

static void test_nothing_is_held_back(void **state) {
    (void)state;
    dataset_t rows = dataset;
    const char *text = "go goes going went\nrun runs running ran\n";
    dataset_source_t source = source_of(text);
    source.holdout = 0;
    assert_ok(dataset_create(&dataset, &source));
    start();
    draw_row(0);
    draw_row(1);
    draw_row(1);
    draw_mixed(0, 1, 3);
    assert_score(3, 0, 2, 0.75);
    dataset_destroy(&dataset);
    dataset = rows;
}

/** A row that stands in the file n times counts n times for the course's script, and once for the score. */
static void test_rows_that_stand_there_twice(void **state) {
    (void)state;
    dataset_t rows = dataset;
    const char *text = "go goes going went\nrun runs running ran\ngo goes going went\nsee sees seeing saw\n"
                       "run runs running ran\ngo goes going went\n";
    dataset_source_t source = source_of(text);
    source.holdout = 0;
    assert_ok(dataset_create(&dataset, &source));
    start();
    draw_row(0);         // three lines
    draw_row(1);         // two
    draw_row(1);         // the same two again
    draw_row(2);         // one
    draw_mixed(0, 1, 2); // none
    gaussian_score_t result = score(words, draws);
    assert_int_equal(result.training, 4);
    assert_int_equal(result.distinct, 3);
    assert_int_equal(result.lines, 8);
    assert_true(result.score == 0.8);
    assert_true(result.course == 1.6);
    dataset_destroy(&dataset);
    // What is held back is no training row, however often it stands there.
    source.holdout = 0.5; // go is held back
    assert_ok(dataset_create(&dataset, &source));
    assert_int_equal(dataset.lines[2], 3);
    start();
    draw_row(0);
    draw_row(2);
    result = score(words, draws);
    assert_int_equal(result.held_back, 1);
    assert_int_equal(result.lines, 2);
    assert_true(result.score == 0.5 && result.course == 1);
    dataset_destroy(&dataset);
    dataset = rows;
}

static void test_pairs_have_no_rows(void **state) {
    (void)state;
    dataset_t rows = dataset;
    dataset_source_t source = source_of("go present went past\nrun present ran past\nput present put past\n");
    source.format = DATASET_FORMAT_PAIRS;
    source.holdout = 0;
    assert_ok(dataset_create(&dataset, &source));
    start();
    pair_t pair = dataset_pair(&dataset, 0, 0, 0);
    for (int i = 0; i < 2 * CONDITIONS; i++) {
        words[i] = i % 2 ? pair.target : pair.source;
    }
    draws = 2;
    assert_score(0, 0, 0, 0);
    dataset_destroy(&dataset);
    dataset = rows;
}

/** A draw that spells "walk walks walking walked", letters of a to z; an empty form is "-". */
static void draw_text(const char *text) {
    static symbol_t letters[DRAWS_MAX * CONDITIONS][32];
    for (int condition = 0; condition < CONDITIONS; condition++) {
        const size_t at = draws * CONDITIONS + (size_t)condition, length = strcspn(text, " ");
        int used = 0;
        for (size_t i = 0; i < length && text[0] != '-'; i++) {
            letters[at][used++] = (symbol_t)(SYMBOL_FIRST_LETTER + text[i] - 'a');
        }
        // The place says which condition it is.
        words[at] = (word_t){letters[at], used, 0};
        text += length + (text[length] == ' ');
    }
    draws++;
}

static void assert_agrees(const char *text, bool agrees) {
    start();
    draw_text(text);
    const gaussian_score_t result = score(words, draws);
    if (result.agreeing != agrees || result.new_draws != agrees || result.agreement != agrees) {
        fail_msg("%s: %zu agree", text, result.agreeing);
    }
}

static void use_rows(const char *text, double holdout) {
    dataset_source_t source = source_of(text);
    source.holdout = holdout;
    assert_ok(dataset_create(&dataset, &source));
}

static void test_forms_like_english_ones(void **state) {
    (void)state;
    const dataset_t rows = dataset;
    use_rows("walk walks walking walked\nstop stops stopping stopped\nbake bakes baking baked\n"
             "carry carries carrying carried\npass passes passing passed\nsing sings singing sang\n"
             "go goes going went\ncut cuts cutting cut\n",
        0);
    const char *const alike[] = {
        "tark tarks tarking tarked",
        "plop plops plopping plopped",
        "snake snakes snaking snaked",
        "ferry ferries ferrying ferried",
        "bless blesses blessing blessed",
        "grit grits gritting grit",
        // As in every training row whose stem ends so, though English would have it otherwise.
        "flek fleks fleking fleked",
    };
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++) {
        assert_agrees(alike[i], true);
    }
    const char *const others[] = {
        "tark tarks tarking talked",     // another word in one form
        "tark tarks tarking tark",       // no ending
        "tark tarks tarked tarking",     // endings of other forms
        "tark tarkes tarking tarked",    // an ending of another verb
        "tarm tarms tarming tarmed",     // a last letter that no stem here has
        "bless blesss blessing blessed", // walk's endings behind a letter that takes others
        "plop plops ploping ploped",     // stop's last letter, walk's endings
        "atark tarks tarking tarked",    // a letter before the stem
        "tark tarks tarking utarked",    //
        "ring rings ringing rang",       // a vowel that changes: no stem
        "do does doing went",            // nor here
        "fly flies flying flied",        // two letters are no stem
        "tark tarks - tarked",           // an empty form
        "- - - -",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_agrees(others[i], false);
    }
    dataset_destroy(&dataset);
    dataset = rows;
}

static void test_forms_with_prefixes(void **state) {
    (void)state;
    const dataset_t rows = dataset;
    use_rows("spielen spielt spielte gespielt\nsagen sagt sagte gesagt\nfragen fragt fragte gefragt\n"
             "studieren studiert studierte studiert\nsingen singt sang gesungen\n",
        0);
    assert_agrees("kulen kult kulte gekult", true);
    assert_agrees("drogen drogt drogte gedrogt", true);
    assert_agrees("radieren radiert radierte radiert", true);
    assert_agrees("kulen kult kulte kult", false);     // no ge-
    assert_agrees("kulen kult kulte bekult", false);   // other letters before it
    assert_agrees("kulen kult kulte begekult", false); // something before it
    assert_agrees("kulen gekult kulte gekult", false); // ge- in another form
    assert_agrees("kulen kult kulte gekulen", false);  // -en
    assert_agrees("kusen kust kuste gekust", false);   // no stem of the rows ends in s
    assert_agrees("radieren radiert radierte geradiert", false);
    assert_agrees("klingen klingt klang geklungen", false);
    dataset_destroy(&dataset);
    dataset = rows;
}

/** Before the stem and behind it are two things. */
static void test_where_the_letters_stand(void **state) {
    (void)state;
    const dataset_t rows = dataset;
    use_rows("tark tarks tarking tarkak\n", 0);
    assert_agrees("mork morks morking morkak", true);
    assert_agrees("mork morks morking akmork", false);
    dataset_destroy(&dataset);
    dataset = rows;
}

/** Forms of which nothing is shared agree only as a row. */
static void test_vowels_that_change(void **state) {
    (void)state;
    const dataset_t rows = dataset;
    use_rows("sing sings singing sang\ndrink drinks drinking drank\nkatab yaktub kaatib maktuub\n", 0);
    assert_agrees("bing bings binging bang", false);
    start();
    draw_row(0);
    draw_text("katab yaktub kaatib maktuub");
    draw_text("stink stinks stinking stank");
    draw_text("qatal yaqtul qaatil maqtuul");
    const gaussian_score_t result = score(words, draws);
    assert_int_equal(result.agreeing, 2);
    assert_int_equal(result.new_draws, 0);
    assert_true(result.agreement == 0.5);
    dataset_destroy(&dataset);
    dataset = rows;
}

/** The forms of a regular verb. */
static const char *regular(const char *beginning, int last) {
    static char text[64];
    snprintf(text, sizeof text, "%s%c %s%cs %s%cing %s%ced", beginning, last, beginning, last, beginning,
        last, beginning, last);
    return text;
}

/** Held-back rows agree, but say nothing about how forms are made. */
static void test_held_back_rows_agree(void **state) {
    (void)state;
    const dataset_t rows = dataset;
    char text[26 * 64] = "";
    for (int last = 'a'; last <= 'z'; last++) {
        strcat(strcat(text, regular("bo", last)), "\n");
    }
    use_rows(text, 0.4);
    assert_in_range(dataset.train_row_count, 5, 21);
    for (size_t row = 0; row < dataset.row_count; row++) {
        const bool is_training = row < dataset.train_row_count;
        const word_t word = dataset_word(&dataset, row, 0);
        start();
        draw_row(row);
        draw_text(regular("trul", 'a' + word.letters[2] - SYMBOL_FIRST_LETTER));
        const gaussian_score_t result = score(words, draws);
        assert_int_equal(result.held_back, !is_training);
        assert_int_equal(result.agreeing, 1 + is_training);
        assert_int_equal(result.new_draws, is_training);
    }
    dataset_destroy(&dataset);
    dataset = rows;
}

static void test_different_draws(void **state) {
    (void)state;
    start();
    draw_row(0);
    draw_text("tark tarks tarking tarked");
    draw_text("- - - -");
    draw_row(dataset.train_row_count);
    draw_text("tark tarks tarking tarked");
    draw_text("tark tarks tarking -");
    draw_text("tarkt arks tarking tarked"); // the same letters, in other words
    draw_text("- - - -");
    draw_row(1);
    draw_text("- - - -");
    draw_row(0);
    words[(draws - 1) * CONDITIONS].condition = 3; // the place says which it is
    const gaussian_score_t result = score(words, draws);
    assert_int_equal(result.distinct_draws, 7);
    assert_int_equal(result.distinct, 2);
    assert_int_equal(result.commonest, 3);
    assert_int_equal(result.commonest_draw, 2);
    assert_int_equal(result.training, 3);
    assert_int_equal(result.agreeing, 6);
    assert_int_equal(result.new_draws, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_draws),
        cmocka_unit_test(test_every_training_row),
        cmocka_unit_test(test_every_row),
        cmocka_unit_test(test_the_last_and_the_first_beside_the_split),
        cmocka_unit_test(test_repeated_draws_count_each_time_but_are_one_row),
        cmocka_unit_test(test_one_wrong_form_is_no_row),
        cmocka_unit_test(test_forms_in_each_others_place_are_no_row),
        cmocka_unit_test(test_what_a_decoder_may_spell),
        cmocka_unit_test(test_nothing_is_held_back),
        cmocka_unit_test(test_rows_that_stand_there_twice),
        cmocka_unit_test(test_pairs_have_no_rows),
        cmocka_unit_test(test_forms_like_english_ones),
        cmocka_unit_test(test_forms_with_prefixes),
        cmocka_unit_test(test_where_the_letters_stand),
        cmocka_unit_test(test_vowels_that_change),
        cmocka_unit_test(test_held_back_rows_agree),
        cmocka_unit_test(test_different_draws),
    };
    return cmocka_run_group_tests(tests, create_rows, destroy);
}
