#include "posteriors.h"

void posteriors_encode(cvae_t *cvae, const word_t *words, size_t count, int batch, size_t latent, float *mean,
    float *log_variance) {
    for (size_t first = 0; first < count; first += (size_t)batch) {
        const int taken = count - first < (size_t)batch ? (int)(count - first) : batch;
        cvae_encode(cvae, words + first, taken, mean + first * latent, log_variance + first * latent);
    }
}
