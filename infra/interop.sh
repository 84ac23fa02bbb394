#!/usr/bin/env bash
# Public readers open our exports, each in an environment of its own under build/interop; made once, then reused.
# usage: infra/interop.sh PYTHON [READER...]
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1
shift
readers=("${@:-}")
[ -n "${readers[0]}" ] || readers=(lerobot newton pybullet)
folder=build/interop

# What pip is asked for; infra/interop-<reader>.txt pins these and all that they need.
declare -A packages=(
    [lerobot]="torch torchcodec accelerate av datasets huggingface-hub numpy packaging pillow pyarrow"
    [newton]="newton[sim] newton-usd-schemas usd-core scipy"
    [pybullet]="pybullet numpy"
)
# lerobot asks for robot drivers, torchvision and an older torch too, none of which reading a dataset needs.
declare -A alone=([lerobot]="lerobot")
declare -A sizes=(
    [lerobot]="1.4 GB with a CPU build of torch, about 6 GB without; point pip at an index that has one"
    [newton]="1.1 GB"
    [pybullet]="0.4 GB"
)
declare -A scripts=([lerobot]=open_in_lerobot [newton]=drop_in_newton [pybullet]=drop_in_pybullet)

pinned() { echo "infra/interop-$1.txt"; }

wanted() { # reader: what its stamp must hold
    { cat "$(pinned "$1")" && echo "${packages[$1]} ${alone[$1]:-}" && "$python" --version; } | sha256sum | cut -d' ' -f1
}

installed() { [ "$(cat "$folder/$1/.installed" 2>/dev/null)" = "$(wanted "$1")" ]; }

install() { # reader
    local pip=("$folder/$1/bin/python" -m pip install -q --disable-pip-version-check -c "$(pinned "$1")")
    echo "Installing $1 ..."
    rm -rf "${folder:?}/$1"
    "$python" -m venv "$folder/$1"
    # shellcheck disable=SC2086  # lists of words
    "${pip[@]}" ${packages[$1]}
    # shellcheck disable=SC2086
    [ -z "${alone[$1]:-}" ] || "${pip[@]}" --no-deps ${alone[$1]}
    wanted "$1" > "$folder/$1/.installed"
}

ffmpeg_libraries() { # torchcodec decodes with the system's
    # No `ldconfig | grep -q`: grep stops reading early, which pipefail takes for a failure now and then.
    [[ $(/sbin/ldconfig -p 2>/dev/null) == *libavcodec.so* ]] && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing the Debian package ffmpeg (about 0.3 GB with what it needs)"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ffmpeg >/dev/null
    else
        echo "lerobot decodes video with FFmpeg's libraries. Install them with: sudo apt-get install ffmpeg" >&2
        exit 69
    fi
}

missing=()
for reader in "${readers[@]}"; do
    [ -n "${scripts[$reader]:-}" ] || {
        echo "No reader named '$reader'. Known: ${!scripts[*]}" >&2
        exit 65
    }
    installed "$reader" || missing+=("$reader")
done
for reader in "${missing[@]}"; do echo "Will install $reader in $folder/$reader: ${sizes[$reader]}"; done
[[ " ${readers[*]} " != *" lerobot "* ]] || ffmpeg_libraries
for reader in "${missing[@]}"; do install "$reader"; done

# Nothing is looked up on the network, nothing is written outside the folder.
export HF_HUB_OFFLINE=1 HF_HOME=$folder/cache/huggingface WARP_CACHE_PATH=$PWD/$folder/cache/warp
# The jobs themselves drop each asset in Newton too, where it is one of the readers.
[[ " ${readers[*]} " != *" newton "* ]] || export SIMFOUNDRY_NEWTON=$PWD/$folder/newton/bin/python
.venv/bin/python -m tests.interop.export "$folder"
failed=()
.venv/bin/python -m tests.interop.drop_in_mujoco "$folder" || failed+=(mujoco)
for reader in "${readers[@]}"; do
    "$folder/$reader/bin/python" -m "tests.interop.${scripts[$reader]}" "$folder" || failed+=("$reader")
done
[ ${#failed[@]} -eq 0 ] || {
    echo "Readers that disagree with our exports: ${failed[*]}" >&2
    exit 1
}
echo "All readers agree: mujoco ${readers[*]}"
