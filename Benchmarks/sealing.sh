#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Seals, verifies and opens packages beside its peers, each pair in the same minute: Benchmarks/sealing.sh [FOLDER].
# FOLDER is where the outputs are written: on the disk that counts, or /dev/shm. Inputs are read once before, so they are warm.
# Needs openssl, dd, age, gpg, sha256sum, and bagit.py in .venv. Prints a Markdown table of medians of three.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
COMITY_BENCHMARKS=1 swift build -c release --product sealing-benchmark >/dev/null
ours=$root/.build/release/sealing-benchmark
bagit=$root/.venv/bin/bagit.py
work=$(mktemp -d "${1:-/tmp}/sealing.XXXXXX")
inputs=$(mktemp -d /dev/shm/sealing.XXXXXX)
trap 'rm -rf "$work" "$inputs"' EXIT
cd "$work"
head -c 2147483648 /dev/urandom >"$inputs/big"
mkdir "$inputs/eight" "$inputs/small"
for i in 0 1 2 3 4 5 6 7; do dd if="$inputs/big" of="$inputs/eight/$i" bs=1M count=256 skip=$((i * 256)) status=none; done
python3 - "$inputs" <<'P'
import os, random, sys
random.seed(7)
sizes = [min(262144, max(200, int(random.lognormvariate(9.2, 1.1)))) for _ in range(20000)]
scale = 325393891 / sum(sizes)
with open(sys.argv[1] + "/big", "rb") as source:
    for number, size in enumerate(sizes):
        folder = f"{sys.argv[1]}/small/{number // 100:03d}"
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/{number:05d}.bin", "wb") as out:
            out.write(source.read(max(1, int(size * scale))))
P
age-keygen -o key.txt 2>recipient.txt
recipient=$(grep -o 'age1[a-z0-9]*' recipient.txt)

# seconds COMMAND…: wall seconds of one run; its outputs are removed first by `fresh`.
seconds() { local s e; s=$(date +%s.%N); "$@" >/dev/null 2>&1; e=$(date +%s.%N); awk "BEGIN{printf \"%.3f\", $e-$s}"; }
median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }
ratio() { awk "BEGIN{printf \"%.2f\", $1/$2}"; }
unit() { # the larger of hashing and writing the same bytes, now
    local hash write
    hash=$(seconds openssl dgst -sha256 "$inputs/big")
    rm -f out.dd; write=$(seconds dd if="$inputs/big" of=out.dd bs=1M conv=fsync); rm -f out.dd
    [[ $work == /dev/shm/* ]] && write=0
    awk "BEGIN{print ($hash>$write)?$hash:$write}"
}
# row NAME TARGET COMMAND…: our time over the unit, three pairs.
row() {
    local name=$1 target=$2; shift 2
    local all=() times=()
    for _ in 1 2 3; do
        u=$(unit)
        rm -rf out.age to; mkdir to
        t=$(seconds "$@")
        all+=("$(ratio "$t" "$u")"); times+=("$t")
    done
    echo "| $name | $target | $(median "${all[@]}") | $(median "${times[@]}") s | ${all[*]} |"
}
echo "load $(cut -d' ' -f1-3 /proc/loadavg), $(date -u +%FT%TZ), output in $(df --output=fstype . | tail -n 1)"
echo "| work | target | ratio to the unit | time | three ratios |"
echo "| --- | --- | --- | --- | --- |"
"$ours" seal keep.age "$inputs/big" >/dev/null
cat keep.age >/dev/null
row "seal 2 GiB" 1.25 "$ours" seal out.age "$inputs/big"
cat keep.age >/dev/null
row "verify 2 GiB" 1.25 "$ours" verify keep.age
row "verify and open 2 GiB, one pass" 1.25 "$ours" open keep.age to
row "seal 8 × 256 MiB" 0.75 "$ours" seal out.age "$inputs/eight"
ratios=(); times=()
for _ in 1 2 3; do
    rm -rf bag out.age; cp -al "$inputs/small" bag 2>/dev/null || cp -a "$inputs/small" bag
    b=$(seconds "$bagit" --sha256 bag)
    t=$(seconds "$ours" seal out.age "$inputs/small")
    ratios+=("$(ratio "$t" "$b")"); times+=("$t")
done
echo "| seal 20,000 files, over bagit-python | 0.45 | $(median "${ratios[@]}") | $(median "${times[@]}") s | ${ratios[*]} |"
rm -rf bag
echo
echo "| peer, 2 GiB | what it does | time | over ours |"
echo "| --- | --- | --- | --- |"
peer() {
    local name=$1 does=$2; shift 2
    rm -f out.peer out.age
    t=$(seconds "$@"); rm -f out.peer
    o=$(seconds "$ours" seal out.age "$inputs/big"); rm -f out.age
    echo "| $name | $does | $t s | $(ratio "$t" "$o") |"
}
peer "openssl dgst -sha256" "hash" openssl dgst -sha256 "$inputs/big"
peer "sha256sum" "hash" sha256sum "$inputs/big"
peer "age -r" "encrypt" age -r "$recipient" -o out.peer "$inputs/big"
peer "sha256sum, then age" "hash, encrypt" bash -c "sha256sum $inputs/big; age -r $recipient -o out.peer $inputs/big"
peer "gpg -z0 --symmetric" "encrypt" gpg --batch --yes --passphrase x -z0 --symmetric -o out.peer "$inputs/big"
peer "bagit.py --sha256" "hash, manifest" bash -c "rm -rf bag; mkdir bag; cp -al $inputs/big bag/ 2>/dev/null || ln -s $inputs/big bag/; $bagit --sha256 bag; rm -rf bag"
command -v restic >/dev/null && peer "restic backup" "encrypt, store" bash -c "rm -rf repo; RESTIC_PASSWORD=x restic -q init -r repo; RESTIC_PASSWORD=x restic -q backup -r repo $inputs/big; rm -rf repo"
command -v 7zz >/dev/null && peer "7zz -mhe -mx0" "encrypt" 7zz a -px -mhe -mx0 out.peer "$inputs/big"
"$ours" seal out.age "$inputs/big" | tail -n 1
