#!/usr/bin/env bash
# Makes .venv with the extras given, once: a stamp remembers what was installed from which pins.
# usage: infra/setup.sh PYTHON EXTRAS SIZE-IN-WORDS
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1 extras=$2 size=$3

debian_packages() { # what rendering needs, and venv where Debian split it off
    local missing=() libraries
    libraries=$(/sbin/ldconfig -p 2>/dev/null || true)
    "$python" -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
    for pair in libEGL.so.1:libegl1 libOSMesa.so:libosmesa6 libGL.so.1:libgl1; do
        [[ $libraries == *"${pair%%:*}"* ]] || missing+=("${pair##*:}")
    done
    [ ${#missing[@]} -eq 0 ] && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing Debian packages: ${missing[*]}"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
    else
        echo "Rendering without a screen needs these Debian packages: ${missing[*]}" >&2
        echo "Install them with: sudo apt-get install ${missing[*]}" >&2
    fi
}

"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' || {
    echo "simfoundry needs Python 3.11 or 3.12; '$python' is $("$python" --version 2>&1). Set PYTHON=..." >&2
    exit 1
}
stamp=.venv/.installed-$(echo "$extras" | tr ',' '-')
wanted=$(cat pyproject.toml constraints.txt | sha256sum | cut -d' ' -f1)
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && exit 0

debian_packages
echo "Setting up .venv with: $extras (about $size on disk when done)"
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --disable-pip-version-check -c constraints.txt -e ".[$extras]" \
    | sed -u -n -e '/^Collecting/p' -e '/^Installing/p' -e '/^Successfully/c\Installed.'
echo "$wanted" > "$stamp"
