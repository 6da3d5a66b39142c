#include "phase.h"

const char *phase_name(phase_t phase) {
    static const char *const names[PHASE_COUNT] = {
        [PHASE_PREPARE] = "prepare",
        [PHASE_COMPUTE] = "compute",
        [PHASE_EXACT_SUM] = "exact_sum",
        [PHASE_WAITING] = "waiting",
        [PHASE_ALLREDUCE] = "allreduce",
        [PHASE_OPTIMIZER] = "optimizer",
        [PHASE_EVALUATION] = "evaluation",
        [PHASE_CHECKPOINT] = "checkpoint",
        [PHASE_OTHER] = "other",
    };
    return names[phase];
}
