#include "course.h"

#include "train/evaluation.h"
#include "train/evaluation.h"
#include "options.h"

status_t course_score(const dataset_t *dataset, const evaluator_t *evaluator, gaussian_score_t *score) {
    return gaussian_score(dataset, evaluator_drawn(evaluator), OPTIONS_COURSE_DRAWS, score);
}

status_t course_measure(course_t *course, const config_t *config, const dataset_t *dataset,
    const dataset_test_t *test, const evaluator_t *evaluator, const evaluation_t *evaluation) {
    *course = (course_t){.config = config,
        .dataset = dataset,
        .evaluator = evaluator,
        .evaluation = evaluation,
        .words = 2 * test->count};
    status_t status = dataset_test_known(dataset, test, &course->known_words);
    return status == STATUS_OK ? course_score(dataset, evaluator, &course->first_draws) : status;
}

/** How many lines of the training file draw `index` is. */
static size_t lines_of(const course_t *course, int index) {
    const word_t *words =
        evaluator_drawn(course->evaluator) + (size_t)index * (size_t)course->dataset->condition_count;
    const ptrdiff_t row = dataset_find_row(course->dataset, words);
    return row >= 0 && (size_t)row < course->dataset->train_row_count ? course->dataset->lines[row] : 0;
}

static json_t *score_of(const gaussian_score_t *score) {
    return json_pack("{s:I, s:o, s:o, s:I, s:I}", "draws", (json_int_t)score->draws, "as_the_course_counts",
        document_number(score->course), "strict", document_number(score->score), "distinct",
        (json_int_t)score->distinct, "held_back", (json_int_t)score->held_back);
}

json_t *course_record(const course_t *course) {
    json_t *pairs = json_array(), *samples = json_array();
    for (int i = 0; i < evaluator_example_count(course->evaluator); i++) {
        evaluator_example_t example;
        evaluator_example(course->evaluator, i, &example);
        json_t *pair = evaluation_record_example(&example, course->config);
        document_set(&pair, "bleu4", document_number(example.bleu4));
        document_append(&pairs, pair);
    }
    for (int i = 0; i < OPTIONS_COURSE_DRAWS; i++) {
        json_t *sample = evaluation_record_sample(course->evaluator, i, course->config);
        document_set(&sample, "lines", json_integer((json_int_t)lines_of(course, i)));
        document_append(&samples, sample);
    }
    json_t *record = json_object();
    if (!pairs || json_array_size(pairs) > 0) {
        document_set(&record, "pairs", json_incref(pairs));
    }
    document_add(&record, "{s:o, s:I, s:I, s:o, s:[o, o]}", "bleu4",
        document_number(course->evaluation->bleu4), "test_words", (json_int_t)course->words,
        "test_words_in_training", (json_int_t)course->known_words, "samples", samples, "gaussian",
        score_of(&course->first_draws), score_of(&course->evaluation->gaussian));
    json_decref(pairs);
    return record;
}

static void print_pairs(const course_t *course, FILE *stream) {
    enum { CONDITION_WIDTH = 14, WORD_WIDTH = 20 };
    const int count = evaluator_example_count(course->evaluator);
    fprintf(stream, "  the test's pairs, spelled from the posterior mean\n");
    fprintf(stream, "  %-*s %-*s    %-*s %-*s %-*s %s\n", CONDITION_WIDTH, "from", WORD_WIDTH, "input",
        CONDITION_WIDTH, "to", WORD_WIDTH, "expected", WORD_WIDTH, "prediction", "BLEU-4");
    for (int i = 0; i < count; i++) {
        evaluator_example_t example;
        evaluator_example(course->evaluator, i, &example);
        fprintf(stream, "  %-*s %s%*s -> %-*s %s%*s %s%*s %.4f\n", CONDITION_WIDTH,
            course->config->data.conditions[example.source_condition], example.source,
            evaluation_padding(example.source, WORD_WIDTH), "", CONDITION_WIDTH,
            course->config->data.conditions[example.target_condition], example.expected,
            evaluation_padding(example.expected, WORD_WIDTH), "", example.produced,
            evaluation_padding(example.produced, WORD_WIDTH), "", example.bleu4);
    }
    fprintf(stream, "  BLEU-4 %.4f  (mean of the %d pairs)\n", course->evaluation->bleu4, count);
    fprintf(stream, "  %zu of %zu words of the test stand in the training rows%s\n", course->known_words,
        course->words,
        course->known_words == 0              ? ""
        : course->known_words < course->words ? ": of those this BLEU-4 measures memory"
                                              : ": this BLEU-4 measures memory");
}

static void print_draw(const course_t *course, int index, FILE *stream) {
    enum { WORD_WIDTH = 15 };
    const int conditions = course->config->data.condition_count;
    const size_t lines = lines_of(course, index);
    for (int condition = 0; condition < conditions; condition++) {
        char text[EVALUATOR_TEXT_SIZE];
        evaluator_sample(course->evaluator, index, condition, text);
        fprintf(stream, "%s%s", condition == 0 ? "  " : " ", text);
        if (condition < conditions - 1 || lines > 0) {
            fprintf(stream, "%*s", evaluation_padding(text, WORD_WIDTH), "");
        }
    }
    if (lines > 1) {
        fprintf(stream, " training row, %zu lines", lines);
    }
    fputs(lines == 1 ? " training row\n" : "\n", stream);
}

static void print_scores(const course_t *course, FILE *stream) {
    enum { WIDTH = 52, COUNT_WIDTH = 14 };
    const gaussian_score_t *first = &course->first_draws, *all = &course->evaluation->gaussian;
    fprintf(stream, "  %-*s %*zu %*zu\n", WIDTH, "draws z ~ N(0, I)", COUNT_WIDTH, first->draws, COUNT_WIDTH,
        all->draws);
    fprintf(stream, "  %-*s %*.4f %*.4f\n", WIDTH, "Gaussian score as the course's script counts",
        COUNT_WIDTH, first->course, COUNT_WIDTH, all->course);
    fprintf(stream, "  %-*s %*.4f %*.4f\n", WIDTH, "Gaussian score, a draw counting once", COUNT_WIDTH,
        first->score, COUNT_WIDTH, all->score);
    fprintf(stream, "  %-*s %*zu %*zu\n", WIDTH, "different training rows hit", COUNT_WIDTH, first->distinct,
        COUNT_WIDTH, all->distinct);
}

void course_print(const course_t *course, FILE *stream) {
    print_pairs(course, stream);
    fprintf(stream, "  the first %d draws\n", OPTIONS_COURSE_DRAWS);
    for (int i = 0; i < OPTIONS_COURSE_DRAWS; i++) {
        print_draw(course, i, stream);
    }
    print_scores(course, stream);
}
