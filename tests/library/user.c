/**
 * A user's program: `user THREADS CHECKPOINT FROM TO WORD...` converts the words in several threads at once,
 * each with a model of its own, and prints what the first thread got if all got the same. `user refine
 * CHECKPOINT COUNT ROUNDS` prints the forms of COUNT refined draws, tabs between them. `user trained
 * CHECKPOINT` prints a line for each condition: to which others training went from there.
 */
#include <cvae/cvae.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_MAX = 64 };

typedef struct {
    char **arguments; /* CHECKPOINT FROM TO WORD... */
    size_t count;     /* words */
    char *forms;      /* owned */
    size_t size;      /* of a form */
    cvae_error_t error;
} work_t;

static void *convert(void *context) {
    work_t *work = context;
    cvae_model_t *model;
    if (cvae_model_open(&model, work->arguments[0], &work->error) == CVAE_OK) {
        work->size = cvae_model_text_size(model);
        work->forms = calloc(work->count, work->size);
        cvae_model_convert(model, work->count, (const char *const *)work->arguments + 3,
            cvae_model_find_condition(model, work->arguments[1]),
            cvae_model_find_condition(model, work->arguments[2]), work->forms, &work->error);
        cvae_model_close(model);
    }
    return NULL;
}

/* Returns the exit status. */
static int show_trained(const char *checkpoint) {
    cvae_model_t *model;
    cvae_error_t error;
    if (cvae_model_open(&model, checkpoint, &error) != CVAE_OK) {
        fprintf(stderr, "%s\n", error.message);
        return (int)error.status;
    }
    for (int from = 0; from < cvae_model_conditions(model); from++) {
        for (int to = 0; to < cvae_model_conditions(model); to++) {
            printf("%d", cvae_model_is_trained(model, from, to));
        }
        putchar('\n');
    }
    cvae_model_close(model);
    return 0;
}

/* Returns the exit status. */
static int refine(const char *checkpoint, size_t count, int rounds) {
    cvae_model_t *model;
    cvae_error_t error;
    if (cvae_model_open(&model, checkpoint, &error) == CVAE_OK) {
        const size_t size = cvae_model_text_size(model), conditions = (size_t)cvae_model_conditions(model);
        float *z = calloc(count * (size_t)cvae_model_latent(model), sizeof *z);
        char *forms = calloc(conditions * count, size);
        cvae_model_draw(model, count, cvae_model_seed(model), 0, z);
        cvae_model_refine(model, count, rounds, z, &error);
        for (size_t to = 0; to < conditions && error.status == CVAE_OK; to++) {
            cvae_model_decode(model, count, z, (int)to, forms + to * count * size, &error);
        }
        for (size_t i = 0; i < conditions * count && error.status == CVAE_OK; i++) {
            const size_t draw = i / conditions, to = i % conditions;
            printf("%s%c", forms + (to * count + draw) * size, to == conditions - 1 ? '\n' : '\t');
        }
        free(z);
        free(forms);
        cvae_model_close(model);
    }
    if (error.status != CVAE_OK) {
        fprintf(stderr, "%s\n", error.message);
    }
    return (int)error.status;
}

int main(int argument_count, char **arguments) {
    if (argument_count == 3 && strcmp(arguments[1], "trained") == 0) {
        return show_trained(arguments[2]);
    }
    static work_t work[THREADS_MAX];
    pthread_t threads[THREADS_MAX];
    if (argument_count == 5 && strcmp(arguments[1], "refine") == 0) {
        return refine(arguments[2], (size_t)atoi(arguments[3]), atoi(arguments[4]));
    }
    int count = argument_count > 5 ? atoi(arguments[1]) : 0, status = 0;
    for (int i = 0; i < count; i++) {
        work[i] = (work_t){.arguments = arguments + 2, .count = (size_t)argument_count - 5};
        pthread_create(&threads[i], NULL, convert, &work[i]);
    }
    for (int i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
        if (work[i].error.status != CVAE_OK) {
            fprintf(stderr, "%zu:%d: %s\n", work[i].error.word, work[i].error.letter, work[i].error.message);
            status = (int)work[i].error.status;
        } else if (memcmp(work[i].forms, work[0].forms, work[0].count * work[0].size) != 0) {
            fprintf(stderr, "thread %d got other forms\n", i);
            status = 1;
        }
    }
    for (size_t word = 0; count > 0 && status == 0 && word < work[0].count; word++) {
        puts(work[0].forms + word * work[0].size);
    }
    for (int i = 0; i < count; i++) {
        free(work[i].forms);
    }
    return count > 0 ? status : 64;
}
