#!/usr/bin/env bash
# A disk that is full, in the middle of a write, and one that becomes read-only: small file systems in memory. Skipped where
# none can be mounted.
if [ -z "${FAULTS_IN_NAMESPACE:-}" ]; then
    export FAULTS_IN_NAMESPACE=1
    probe='mount -t tmpfs -o size=64k none /mnt && mount -o remount,size=128k /mnt && mount -o remount,ro /mnt'
    # A mount is seen by this script alone, and ends with it.
    for namespace in -m -Urm; do
        if unshare "$namespace" sh -c "$probe" 2>/dev/null; then
            exec unshare "$namespace" bash "$0" "$@"
        fi
    done
    echo "skipped: no file system can be mounted here" >&2
    exit 77
fi
. "$(dirname "$0")/faults.sh"
root=$scratch/disk
mkdir "$root"
mount -t tmpfs -o size=64m none "$root"
trap 'umount -l "$root"; remove_scratch' EXIT
train 0 2 plain
expected=$(value_of content_hash "$root/plain/last.h5")
size=$(stat -c %s "$(file_of "$root/plain" 1)")
rm -rf "$root/plain"

# resize BYTES: what the disk holds.
resize() {
    mount -o remount,size="$1" "$root"
}

# Where two checkpoints do not fit it does not begin.
resize $((size * 3 / 2))
train 73 2 early
grep -q "rank 0 on .*: $root/early: two checkpoints need [0-9]* bytes there, [0-9]* are available" "$scratch/output" ||
    fail "not said: $(cat "$scratch/output")"
rm -rf "$root/early"

# It is full in the middle of the fifth checkpoint, or a little before.
resize $((size * 9 / 2))
train 73 2 full
kept=$(find "$root/full" -name 'step-*' | wc -l)
[ "$kept" -ge 3 ] && [ "$kept" -le 4 ] || fail "it wrote $kept checkpoints"
said "bytes are free, a checkpoint takes"
said "warning: $(file_of "$root/full" $((kept + 1))): cannot be written: No space left on device; the training goes on"
said "$(file_of "$root/full" "$steps"): cannot be written: No space left on device"
good_steps "$root/full" 1 "$kept"
# Still full: it does not begin, and nothing is touched.
train 73 3 full --resume
good_steps "$root/full" 1 "$kept"
resize 64m
resumed 3 full
good_steps "$root/full" 1 "$steps"
rm -rf "$root/full"

# Thinned out, the same disk is large enough.
resize $((size * 9 / 2))
train 0 2 thin --set checkpoint.keep=1
[ "$(value_of content_hash "$root/thin/last.h5")" = "$expected" ] || fail "thin: another end"
rm -rf "$root/thin"
resize 64m

# It becomes read-only before the last.h5 of the fifth checkpoint; nothing is open for writing then.
export FAULT_CALL=rename FAULT_NAME=/last.h5 FAULT_FROM=5 FAULT_HOLD=$scratch/hold LD_PRELOAD=$shim
timeout 100 mpirun -np 2 "$program" "$scratch/train.yaml" "${settings[@]}" --set checkpoint.directory="$root" \
    --set name=read-only >"$scratch/output" 2>&1 &
job=$!
unset LD_PRELOAD FAULT_CALL FAULT_NAME FAULT_FROM FAULT_HOLD
wait_for "$scratch/hold.held" "$job"
# An epoch's line may be on its way to metrics.jsonl.
for ((try = 0; try < 100; try++)); do
    ! mount -o remount,ro "$root" 2>/dev/null || break
    sleep 0.1
done
: >"$scratch/hold.go"
status=0
wait "$job" || status=$?
[ "$status" -eq 73 ] || fail "read-only: status $status: $(cat "$scratch/output")"
said "warning: $root/read-only/last.h5: cannot be linked to step-0000000005.h5: Read-only file system; the training goes on"
said "warning: $(file_of "$root/read-only" 6): cannot be written: Read-only file system; the training goes on"
said "$(file_of "$root/read-only" "$steps"): cannot be written: Read-only file system"
for ((step = 1; step <= 5; step++)); do
    "$program" inspect "$(file_of "$root/read-only" "$step")" >/dev/null || fail "step $step is not good"
done
[ "$(readlink "$root/read-only/last.h5")" = step-0000000004.h5 ] || fail "last.h5 is $(readlink "$root/read-only/last.h5")"
train 73 2 read-only --resume
mount -o remount,rw "$root"
resumed 3 read-only
good_steps "$root/read-only" 1 "$steps"
