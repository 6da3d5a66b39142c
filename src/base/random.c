#include "random.h"

#include <math.h>

enum { PHILOX_ROUNDS = 10 };

void random_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    uint32_t a = counter[0], b = counter[1], c = counter[2], d = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        uint64_t product0 = (uint64_t)0xD2511F53u * a;
        uint64_t product1 = (uint64_t)0xCD9E8D57u * c;
        a = (uint32_t)(product1 >> 32) ^ b ^ k0;
        b = (uint32_t)product1;
        c = (uint32_t)(product0 >> 32) ^ d ^ k1;
        d = (uint32_t)product0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = a;
    out[1] = b;
    out[2] = c;
    out[3] = d;
}

random_stream_t random_stream(uint64_t seed, random_purpose_t purpose, uint32_t epoch, uint64_t index) {
    return (random_stream_t){
        .key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
        // counter[0] counts the stream's blocks.
        .counter = {0, epoch, (uint32_t)index, (uint32_t)(index >> 32) | (uint32_t)purpose << 24},
    };
}

uint32_t random_bits(random_stream_t *stream) {
    if (stream->left == 0) {
        random_philox(stream->counter, stream->key, stream->block);
        stream->counter[0]++;
        stream->left = 4;
    }
    return stream->block[4 - stream->left--];
}

double random_uniform(random_stream_t *stream) {
    return random_bits(stream) * 0x1p-32;
}

uint32_t random_below(random_stream_t *stream, uint32_t bound) {
    // Lemire's multiplication with rejection of the few values that would make some results likelier.
    uint32_t threshold = -bound % bound;
    for (;;) {
        uint64_t product = (uint64_t)random_bits(stream) * bound;
        if ((uint32_t)product >= threshold) {
            return (uint32_t)(product >> 32);
        }
    }
}

/** ln x from + - * / alone: x = 2^e m with m in [sqrt(1/2), sqrt(2)), ln m = 2 artanh((m-1)/(m+1)). */
static double logarithm(double x) {
    int exponent;
    double m = frexp(x, &exponent);
    if (m < 0.70710678118654752) {
        m *= 2;
        exponent--;
    }
    double s = (m - 1) / (m + 1), s2 = s * s, sum = 0;
    for (int k = 23; k >= 1; k -= 2) {
        sum = sum * s2 + 1.0 / k;
    }
    return 2 * s * sum + exponent * 0.69314718055994531;
}

static double polynomial(const double *coefficients, int count, double x) {
    double value = coefficients[count - 1];
    for (int i = count - 2; i >= 0; i--) {
        value = value * x + coefficients[i];
    }
    return value;
}

double random_normal_quantile(double p) {
    static const double a[] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
        1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4,
        2.5090809287301226727e3};
    static const double b[] = {1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
        2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3};
    static const double c[] = {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
        3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
        2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[] = {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0,
        6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2,
        5.47593808499534494600e-4, 1.05075007164441684324e-9};
    static const double e[] = {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
        2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
        2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[] = {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
        1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
        1.42151175831644588870e-7, 2.04426310338993978564e-15};
    double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        double r = 0.180625 - q * q;
        return q * polynomial(a, 8, r) / polynomial(b, 8, r);
    }
    double r = sqrt(-logarithm(q < 0 ? p : 1 - p));
    double x = r <= 5 ? polynomial(c, 8, r - 1.6) / polynomial(d, 8, r - 1.6)
                      : polynomial(e, 8, r - 5) / polynomial(f, 8, r - 5);
    return q < 0 ? -x : x;
}

double random_normal(random_stream_t *stream) {
    // The middle of one of 2^32 equal slices, so never 0 or 1.
    return random_normal_quantile((random_bits(stream) + 0.5) * 0x1p-32);
}

void random_normals(random_stream_t *stream, int count, float *numbers) {
    for (int i = 0; i < count; i++) {
        numbers[i] = (float)random_normal(stream);
    }
}
