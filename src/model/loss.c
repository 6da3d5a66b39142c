#include "loss.h"

#include <math.h>
#include <stddef.h>

#include "math/kernels.h"

double loss_cross_entropy(int rows, int symbols, real *logits, const symbol_t *target, const real *weight) {
    double loss = 0;
    for (int row = 0; row < rows; row++) {
        real *x = logits + (size_t)row * (size_t)symbols;
        real largest = x[0];
        for (int v = 1; v < symbols; v++) {
            largest = x[v] > largest ? x[v] : largest;
        }
        // Without the largest logit in front no exponential overflows.
        for (int v = 0; v < symbols; v++) {
            x[v] -= largest;
        }
        double right = x[target[row]];
        kernels()->exponential((size_t)symbols, x, x);
        double sum = 0;
        for (int v = 0; v < symbols; v++) {
            sum += x[v];
        }
        loss += weight[row] * (log(sum) - right);
        real factor = (real)(weight[row] / sum);
        for (int v = 0; v < symbols; v++) {
            x[v] *= factor;
        }
        x[target[row]] -= weight[row];
    }
    return loss;
}
