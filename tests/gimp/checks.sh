#!/usr/bin/env bash
# What the rig checks, run by run.sh inside its root file system: the repository is at /repository, /rig is for scratch and what is kept.
# First scripts call the plug-in in a GIMP without windows (checks.py), then a GIMP with its window is driven as a person would (window.sh).
set -uo pipefail

export HOME=/tmp XDG_RUNTIME_DIR=/run GIMP3_DIRECTORY=/tmp/gimp NO_AT_BRIDGE=1 GSETTINGS_BACKEND=memory G_SLICE=always-malloc
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/repository/tests/gimp RSR_PROGRAM RSR_PLUGIN=/rig/plug-ins/rsr-gimp
RSR_PROGRAM=$(echo /repository/artifacts/gimp-rig/rsr-[0-9]*-linux-x64/rsr)

# A plug-ins folder with the package as its user unpacks it, and the few of GIMP's own that are needed: asking all of them what they
# offer would take longer than the checks.
mkdir -p "$GIMP3_DIRECTORY" /rig/own /rig/plug-ins
for plugin in python-eval file-png file-jpeg; do ln -s "/usr/lib/x86_64-linux-gnu/gimp/3.0/plug-ins/$plugin" /rig/own/; done
cp -r /repository/artifacts/gimp-rig/rsr-gimp /rig/plug-ins/
cat >"$GIMP3_DIRECTORY/gimprc" <<'RC'
(plug-in-path "/rig/plug-ins:/rig/own")
(show-welcome-dialog no)
(check-updates no)
(single-window-mode yes)
(restore-session no)
RC

. /repository/tests/check.sh

# counted NAME COMMAND...: a part that counts itself; its lines are shown as they come.
counted() {
    local log=/tmp/counted counts
    "${@:2}" </dev/null 2>&1 | tee "$log" | grep --line-buffered -E '^(ok  |FAILED|        )'
    counts=$(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$log" | tail -n1)
    if [ -z "$counts" ]; then
        failed=$((failed + 1))
        echo "FAILED  $1: no counts"
        tail -n 20 "$log" | sed 's/^/        /'
        return
    fi
    read -r p f s <<<"$counts"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

in_gimp() { timeout 300 gimp-console-3.0 --no-interface --no-data --batch-interpreter=python-fu-eval -b "exec(open('$1').read())" --quit; }

counted 'scripts' in_gimp /repository/tests/gimp/checks.py
counted 'window' bash /repository/tests/gimp/window.sh

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
