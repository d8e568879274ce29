# Sourced by the scripts that check inside a rig: every check is counted, none stops the rest.
passed=0 failed=0 skipped=0

# check NAME COMMAND...: one check; what the command says is shown if it fails. after_failure is called then, where it is defined.
check() {
    local output began=$SECONDS
    if output=$("${@:2}" 2>&1 </dev/null); then
        passed=$((passed + 1))
        echo "ok      $1 ($((SECONDS - began)) s)"
    else
        failed=$((failed + 1))
        echo "FAILED  $1 ($((SECONDS - began)) s)"
        tail -n 40 <<<"$output" | sed 's/^/        /'
        ! declare -F after_failure >/dev/null || after_failure
    fi
}
