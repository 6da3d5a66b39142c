#!/usr/bin/env bash
# What launch/predict.sh rests on: the program built for SimGrid's SMPI trains the same bits on simulated ranks, the model
# computes what a hand does, and a replay takes as long as the model says.
. "$(dirname "${BASH_SOURCE[0]}")/../support/shell.sh" "$1"
. "$project/launch/packages.sh"
if is_sanitized; then
    echo "skipped: nothing of this build is simulated" >&2
    exit 77
fi
if [ -n "${CVAE_TEST_INSTALL:-}" ]; then
    install_packages libsimgrid-dev python3-minimal libpython3-stdlib
elif ! command -v smpicc >/dev/null || [ ! -x /usr/bin/python3 ]; then
    echo "skipped: no SimGrid here (Debian: libsimgrid-dev)" >&2
    exit 77
fi

cmake -S "$project" -B "$scratch/smpi" --toolchain "$project/launch/smpi.cmake" -DCMAKE_BUILD_TYPE=Release \
    -DCVAE_TESTS=OFF >"$scratch/output"
cmake --build "$scratch/smpi" --parallel "$(nproc)" --target cvae_mpi >"$scratch/output" || fail "$(cat "$scratch/output")"
write_config "$scratch/small.yaml"
run_ranks 1 "$scratch/small.yaml" --set name=real || fail "$(cat "$scratch/output")"

PYTHONPATH="$project/tests/bench" /usr/bin/python3 -B - "$scratch" <<'PYTHON' || fail "see above"
import math
import sys

import predict_model as model
from predict_simulation import Simulator

scratch = sys.argv[1]
here = model.Network(alpha=2e-6, beta=1e-10)
simulator = Simulator(f"{scratch}/smpi/cvae_mpi", f"{scratch}/simulator", here)
said = simulator.run_program("10 Gbit", 3, f"{scratch}/small.yaml", "--set", "name=simulated")
assert "3 on 3 hosts, SMPI" in said, said

# Numbers to reckon with: 8 MB are added up, of which 4 ranks send 2 * 3/4 and add 3/4 each, in 2 * 2 messages.
costs = model.Costs(hidden=0, numbers=10**6, shard=0.003, serial=0.001, addition=1e-9, batch={(256, 4): 0.0005})
network = model.Network(alpha=2e-5, beta=1e-9)
expected = {"shards": 0.006, "serial": 0.001, "batch": 0.0005, "latency": 8e-5, "transfer": 0.012, "adding": 0.00075}
parts = model.step(costs, 4, 8, network)
assert parts.keys() == expected.keys() and all(math.isclose(parts[name], expected[name]) for name in parts), parts
assert math.isclose(model.burst(costs, 4, 8), 0.0075)

# The platform's own numbers, and those put in.
ten = simulator.clusters.networks["10 Gbit"]
assert math.isclose(ten.alpha, 2e-5) and math.isclose(ten.beta, 1 / 1.175e9), ten
put = simulator.clusters.networks["here"]
assert math.isclose(put.alpha, here.alpha) and math.isclose(put.beta, here.beta), put
for name, network in simulator.clusters.networks.items():
    ranks = 2 if name == "here" else 16
    costs.batch[16 * 32, ranks] = 0.002
    simulated, modelled = simulator.replay(name, costs, ranks, 16), sum(model.step(costs, ranks, 16, network).values())
    assert abs(simulated / modelled - 1) < 0.01, (name, simulated, modelled)
PYTHON

real=$(value_of content_hash "$scratch/runs/real/last.h5") simulated=$(value_of content_hash "$scratch/runs/simulated/last.h5")
[ "$real" = "$simulated" ] || fail "content_hash $real, on simulated ranks $simulated"
