#include "page.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replace.h"
#include "page_parts.h"
#include "page_run.h"

static void open_page(const page_run_t *runs, int count, FILE *stream) {
    char text[32];
    snprintf(text, sizeof text, "%d runs", count);
    if (count == 1) {
        page_open("Run ", runs->name, stream);
    } else {
        page_open(text, "", stream);
    }
}

static void print_notes(FILE *stream) {
    fputs(
        "<section aria-labelledby=\"notes\"><h2 id=\"notes\">What the numbers mean</h2>\n"
        "<p><b>Exact match</b> is the share of conversions that are right to the letter, decoded greedily "
        "from "
        "the posterior mean. <b>BLEU-4</b> compares letters, with NLTK's smoothing method 1: a reference of "
        "two letters that is met scores 0.316, of one "
        "letter 0.178, so that exact match can be above it. The <b>Gaussian "
        "score</b> is the share of draws z ~ N(0, I) whose forms are all of one row of the training table; a "
        "collapsed decoder can score 1 with a single row, so the number of different rows stands beside it. "
        "<b>Cross-entropy</b> and <b>KL</b> are means over words, in nats; those of an epoch's training are "
        "taken while the weights change. What follows a schedule (KL weight, learning rate and the like) is "
        "that of an epoch's last step.</p></section>\n",
        stream);
}

static void print_page(const page_run_t *runs, int count, FILE *stream) {
    open_page(runs, count, stream);
    page_print_summary(runs, count, stream);
    page_print_charts(runs, count, stream);
    page_print_settings(runs, count, stream);
    for (int i = 0; i < count; i++) {
        page_print_words(&runs[i], stream);
    }
    print_notes(stream);
    page_close(stream);
}

/** The page in *text, to be freed, also on error. */
static status_t make_page(const page_run_t *runs, int count, char **text, size_t *size) {
    *text = NULL;
    FILE *stream = open_memstream(text, size);
    if (!stream) {
        return status_fail(STATUS_MEMORY, "out of memory for the report");
    }
    print_page(runs, count, stream);
    int failed = ferror(stream);
    failed |= fclose(stream);
    return failed ? status_fail(STATUS_MEMORY, "out of memory for the report") : STATUS_OK;
}

static bool has_namesake(const page_run_t *runs, int count, int run) {
    for (int i = 0; i < count; i++) {
        if (i != run && strcmp(runs[i].name, runs[run].name) == 0) {
            return true;
        }
    }
    return false;
}

/** Calls runs of the same name by their folders. */
static status_t tell_apart(page_run_t *runs, int count) {
    bool *is_ambiguous = calloc((size_t)count, sizeof *is_ambiguous);
    status_t status = is_ambiguous ? STATUS_OK : status_fail(STATUS_MEMORY, "out of memory for the report");
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        is_ambiguous[i] = has_namesake(runs, count, i);
    }
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        char *name = is_ambiguous[i] ? strdup(runs[i].folder) : runs[i].name;
        if (!name) {
            status = status_fail(STATUS_MEMORY, "out of memory for the report");
        } else if (is_ambiguous[i]) {
            free(runs[i].name);
            runs[i].name = name;
        }
    }
    free(is_ambiguous);
    return status;
}

status_t page_write(const char *path, const char *const *folders, int count) {
    page_run_t *runs = calloc((size_t)count, sizeof *runs);
    status_t status = runs ? replace_check_kind(path, PAGE_START, "page of this program")
                           : status_fail(STATUS_MEMORY, "out of memory for the report");
    char *text = NULL;
    size_t size = 0;
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        status = page_run_read(&runs[i], folders[i]);
    }
    if (status == STATUS_OK) {
        status = tell_apart(runs, count);
    }
    if (status == STATUS_OK) {
        status = make_page(runs, count, &text, &size);
    }
    if (status == STATUS_OK) {
        status = replace_file(path, text, size);
    }
    free(text);
    for (int i = 0; runs && i < count; i++) {
        page_run_release(&runs[i]);
    }
    free(runs);
    return status;
}
