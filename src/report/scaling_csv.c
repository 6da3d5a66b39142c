#include <math.h>
#include <string.h>

#include "decimal.h"
#include "scaling_parts.h"

/** A text as a field: in quotes, which are doubled within, where it needs them. */
static void print_text(const char *text, FILE *stream) {
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, stream);
        return;
    }
    fputc('"', stream);
    for (; *text; text++) {
        fputs(*text == '"' ? "\"\"" : (char[]){*text, '\0'}, stream);
    }
    fputc('"', stream);
}

static void print_number(double value, FILE *stream) {
    char text[DECIMAL_TEXT_SIZE];
    decimal_text(value, text);
    fprintf(stream, ",%s", text);
}

static void print_head(const scaling_run_t *run, FILE *stream) {
    fputs("file,cell,layers,hidden,parameters,training_hash,batch_size,micro_batch,sum,gemm,reduction,bucket,"
          "kernels,library,ranks,separate,hosts,cores,warmup_steps,steps,words,seconds,words_per_second,"
          "strong_speed_up,strong_efficiency,weak_speed_up,weak_efficiency,startup_seconds,peak_memory,"
          "slowest_rank,slowest_host,parameter_hash,equal_parameters",
        stream);
    for (int phase = 0; phase < run->phase_count; phase++) {
        static const char *const parts[] = {"min", "mean", "max"};
        for (int part = 0; part < 3; part++) {
            char name[128];
            snprintf(name, sizeof name, "%.96s_%s", run->phases[phase], parts[part]);
            fputc(',', stream);
            print_text(name, stream);
        }
    }
    fputc('\n', stream);
}

/** What the run is. */
static void print_kind(const scaling_run_t *run, int cores, FILE *stream) {
    print_text(run->file, stream);
    fputc(',', stream);
    print_text(run->cell, stream);
    fprintf(stream, ",%lld,%lld,%lld,", (long long)run->layers, (long long)run->hidden,
        (long long)run->parameters);
    print_text(run->training_hash, stream);
    fprintf(stream, ",%lld,%lld,", (long long)run->batch_size, (long long)run->micro_batch);
    print_text(run->sum, stream);
    fputc(',', stream);
    print_text(run->gemm, stream);
    fputc(',', stream);
    print_text(run->reduction, stream);
    fprintf(stream, ",%lld,", (long long)run->bucket);
    print_text(run->kernels, stream);
    fputc(',', stream);
    print_text(run->library, stream);
    fprintf(stream, ",%lld,%d,%lld,", (long long)run->ranks, run->is_separate ? 1 : 0, (long long)run->hosts);
    if (cores > 0) {
        fprintf(stream, "%d", cores);
    }
}

/** Speed-up and efficiency in its series of a kind; empty where there is none. */
static void print_speed_up(
    const scaling_experiment_t *experiment, const scaling_run_t *run, scaling_kind_t kind, FILE *stream) {
    for (size_t i = 0; i < experiment->series_count; i++) {
        const scaling_series_t *series = &experiment->series[i];
        const double speed_up = series->kind == kind ? scaling_series_speed_up(series, run) : NAN;
        if (isfinite(speed_up)) {
            const double first = (double)scaling_setting_what(series->points[0].setting)->ranks;
            print_number(speed_up, stream);
            print_number(speed_up * first / (double)run->ranks, stream);
            return;
        }
    }
    fputs(",,", stream);
}

/** What was measured; of one run, which the setting has alone. */
static void print_values(
    const scaling_experiment_t *experiment, const scaling_setting_t *setting, FILE *stream) {
    const scaling_run_t *run = scaling_setting_what(setting);
    fprintf(stream, ",%lld,%lld,%lld", (long long)run->warmup_steps, (long long)run->steps,
        (long long)run->words);
    print_number(run->seconds, stream);
    print_number(run->words_per_second, stream);
    print_speed_up(experiment, run, SCALING_STRONG, stream);
    print_speed_up(experiment, run, SCALING_WEAK, stream);
    print_number(run->startup_seconds, stream);
    fprintf(stream, ",%lld,%lld,", (long long)setting->peak_memory, (long long)setting->slowest_rank);
    print_text(setting->slowest_host, stream);
    fputc(',', stream);
    print_text(run->parameter_hash, stream);
    fputs(!scaling_run_is_exact(run) ? "," : run->is_unequal ? ",0" : ",1", stream);
    for (int phase = 0; phase < run->phase_count; phase++) {
        print_number(setting->shares[phase].least, stream);
        print_number(setting->shares[phase].mean, stream);
        print_number(setting->shares[phase].most, stream);
    }
}

status_t scaling_csv_print(const scaling_experiment_t *experiment, FILE *stream) {
    status_t status = STATUS_OK;
    print_head(experiment->runs, stream);
    for (size_t i = 0; status == STATUS_OK && i < experiment->run_count; i++) {
        const scaling_run_t *run = &experiment->runs[i];
        scaling_setting_t alone;
        status = scaling_setting_sum_up(&alone, &run, 1, experiment->cores);
        if (status == STATUS_OK) {
            print_kind(run, experiment->cores, stream);
            print_values(experiment, &alone, stream);
            fputc('\n', stream);
        }
    }
    return status;
}
