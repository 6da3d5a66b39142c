#include "optim/schedule.h"

#include <math.h>

#include "commands.h"
#include "report/document.h"
#include "train/plan.h"

enum {
    ROWS_MAX = 40,    /**< lines of the table, at most */
    COLUMNS_MAX = 36, /**< of the drawing */
};

/** A schedule's name, and its values among all of them. */
static const struct {
    const char *title, *key;
    size_t offset;
    int width; /**< of its column: 80 are all that a terminal may have */
} schedules[SCHEDULE_VALUES] = {
    {"learning rate", "learning_rate", offsetof(schedule_values_t, learning_rate), 13},
    {"KL weight", "kl_weight", offsetof(schedule_values_t, kl_weight), 11},
    {"teacher forcing", "teacher_forcing", offsetof(schedule_values_t, teacher_forcing), 15},
    {"KL target", "kl_target", offsetof(schedule_values_t, kl_target), 11},
    {"word dropout", "word_dropout", offsetof(schedule_values_t, word_dropout), 12},
};

/** What is shown: the schedules of a configuration over the steps that its data make. */
typedef struct {
    config_t config;
    plan_steps_t steps;
} view_t;

/** Element `index` of `count` taken evenly out of `all`: the first and the last are among them. */
static uint64_t take_evenly(uint64_t index, uint64_t count, uint64_t all) {
    return count > 1 ? (uint64_t)((double)index * (double)(all - 1) / (double)(count - 1) + 0.5) : 0;
}

static schedule_values_t values_at(const view_t *view, uint64_t step) {
    return schedule_values(&view->config, (schedule_position_t){.step = step,
                                              .steps = view->steps.steps,
                                              .epoch = (int)(step / view->steps.epoch_steps),
                                              .epochs = view->config.train.epochs});
}

static double value_of(schedule_values_t values, int schedule) {
    return *(const double *)((const char *)&values + schedules[schedule].offset);
}

/** One line: the value over the run, in blocks of eight heights from the least to the largest of what is
 * drawn and of the beginnings of epochs. */
static void draw(const view_t *view, int schedule) {
    static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const uint64_t steps = view->steps.steps, columns = steps < COLUMNS_MAX ? steps : COLUMNS_MAX;
    double drawn[COLUMNS_MAX], least = INFINITY, most = -INFINITY;
    for (uint64_t i = 0; i < columns + (uint64_t)view->config.train.epochs; i++) {
        const uint64_t step =
            i < columns ? take_evenly(i, columns, steps) : (i - columns) * view->steps.epoch_steps;
        const double value = value_of(values_at(view, step), schedule);
        if (i < columns) {
            drawn[i] = value;
        }
        least = fmin(least, value);
        most = fmax(most, value);
    }
    printf("%-15s  ", schedules[schedule].title);
    for (uint64_t column = 0; column < columns; column++) {
        const double height = most > least ? (drawn[column] - least) / (most - least) : 0;
        printf("%s", blocks[(int)(7 * height + 0.5)]);
    }
    printf("  %.6g", least);
    if (most > least) {
        printf(" to %.6g", most);
    }
    putchar('\n');
}

/** The record has every epoch, the table ROWS_MAX at most. */
static status_t show(const view_t *view, const options_t *options) {
    const uint64_t epochs = (uint64_t)view->config.train.epochs;
    const uint64_t rows = epochs < ROWS_MAX ? epochs : ROWS_MAX;
    json_t *list = json_array();
    commands_text(options, "%s: %d epochs of %zu steps, %llu steps\n\n%5s %7s", view->config.name,
        view->config.train.epochs, view->steps.epoch_steps, (unsigned long long)view->steps.steps, "epoch",
        "step");
    for (int i = 0; i < SCHEDULE_VALUES; i++) {
        commands_text(options, " %*s", schedules[i].width, schedules[i].title);
    }
    for (uint64_t epoch = 0, row = 0; epoch < epochs; epoch++) {
        const uint64_t step = epoch * view->steps.epoch_steps;
        const schedule_values_t values = values_at(view, step);
        json_t *element =
            json_pack("{s:I, s:I}", "epoch", (json_int_t)epoch + 1, "step", (json_int_t)step + 1);
        const bool is_row = epoch == take_evenly(row, rows, epochs);
        if (is_row) {
            commands_text(
                options, "\n%5llu %7llu", (unsigned long long)epoch + 1, (unsigned long long)step + 1);
            row++;
        }
        for (int i = 0; i < SCHEDULE_VALUES; i++) {
            document_set(&element, schedules[i].key, document_number(value_of(values, i)));
            if (is_row) {
                commands_text(options, " %*.6g", schedules[i].width, value_of(values, i));
            }
        }
        document_append(&list, element);
    }
    commands_text(options, "\n\n");
    for (int i = 0; i < SCHEDULE_VALUES && !options->json; i++) {
        draw(view, i);
    }
    return commands_record(
        options, json_pack("{s:I, s:I, s:o}", "epoch_steps", (json_int_t)view->steps.epoch_steps, "steps",
                     (json_int_t)view->steps.steps, "epochs", list));
}

/** The data say how many steps an epoch has. */
static status_t count_steps(view_t *view) {
    dataset_t dataset = {0};
    const status_t status = plan_tell_key(plan_dataset(&view->config, NULL, &dataset), "data.train");
    if (status == STATUS_OK) {
        view->steps = plan_steps(&view->config, dataset_pair_count(&dataset));
    }
    dataset_destroy(&dataset);
    return status;
}

status_t commands_schedule(const options_t *options) {
    view_t view = {0};
    status_t status = plan_config(&view.config, options->file, options->overrides, options->override_count);
    if (status == STATUS_OK) {
        status = count_steps(&view);
    }
    if (status == STATUS_OK) {
        status = show(&view, options);
    }
    return status;
}
