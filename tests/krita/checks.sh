#!/usr/bin/env bash
# What the Krita rig checks, run by run.sh inside its root file system: /repository is the repository, /rig is for scratch.
set -uo pipefail
export HOME=/tmp/home XDG_RUNTIME_DIR=/run QT_QPA_PLATFORM=offscreen PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/repository/tests/krita:/tmp/home/.local/share/krita/pykrita
export RSR_PROGRAM=${RSR_PROGRAM:-$(echo /repository/artifacts/krita-rig/rsr-*/rsr)}
unset DISPLAY
plugin=/repository/desktop/krita
[ ! -d /repository/artifacts/krita-rig ] || plugin=$(echo /repository/artifacts/krita-rig/rsr-*/desktop/krita)
mkdir -p "$HOME/.local/share/krita/pykrita" "$HOME/.config"
cp -r "$plugin"/* "$HOME/.local/share/krita/pykrita/"
printf '[python]\nenable_rsr_krita=true\n' > "$HOME/.config/kritarc"

. /repository/tests/check.sh
timeout 240 kritarunner -s rsr_check -f main >/tmp/log 2>&1 </dev/null
grep -E '^(ok  |FAILED)' /tmp/log
counts=$(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' /tmp/log)
[ -n "$counts" ] || { tail -n 30 /tmp/log; counts='0 1 0'; echo 'FAILED  kritarunner gave no counts'; }
read -r passed failed skipped <<<"$counts"

# Krita killed in the middle of the work: rsr goes with it.
dies_with_krita() {
    RSR_CHECK=long kritarunner -s rsr_check -f main >/tmp/long 2>&1 </dev/null &
    local krita=$! i
    for i in $(seq 600); do pgrep -x rsr >/dev/null && break; sleep 0.1; done
    pgrep -x rsr >/dev/null || { echo 'rsr never ran'; cat /tmp/long; return 1; }
    sleep 1
    kill -9 "$krita"
    for i in $(seq 50); do pgrep -x rsr >/dev/null || return 0; sleep 0.1; done
    echo 'rsr is still there five seconds later'
    return 1
}
check 'Krita killed: rsr ends, too' dies_with_krita
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
