#!/bin/sh
# Makes the virtual environment $1 with Python $2 (may be empty: the newest suitable one) and installs
# the locked packages and the course in it. Does nothing if that has been done.
set -eu
venv=$1
python=${2:-}
ready=$venv/fl-course-ready
wanted=$(cat requirements.lock pyproject.toml | cksum)

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }

if [ -n "$python" ] && ! command -v "$python" >/dev/null; then
    echo "PYTHON=$python is not a program that can be run." >&2
    exit 1
fi
if [ -x "$venv/bin/python" ] && [ -n "$python" ] &&
    [ "$(version_of "$python")" != "$(version_of "$venv/bin/python")" ]; then
    echo "$venv has Python $(version_of "$venv/bin/python"); making it anew with $(version_of "$python")."
    rm -rf "$venv"
fi
if [ -f "$ready" ] && [ "$(cat "$ready")" = "$wanted" ] && [ -x "$venv/bin/python" ] &&
    [ -x "$venv/bin/fl-course" ]; then
    exit 0
fi

if [ "$(uname -sm)" != "Linux x86_64" ]; then
    echo "TensorFlow Federated runs only on Linux with an x86-64 processor, and this is $(uname -sm)." >&2
    echo "The README's part 'On other machines' says where the course runs for you." >&2
    exit 1
fi
if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    [ -n "$python" ] || python=$(sh tools/find_python.sh)
    case $(version_of "$python") in
        3.11 | 3.12 | 3.13) ;;
        *) echo "$python is Python $(version_of "$python"); the course runs on 3.11, 3.12 and 3.13." >&2; exit 1 ;;
    esac
    rm -rf "$venv"
    "$python" -m venv "$venv" || {
        echo "$python could not make a virtual environment. On Debian and Ubuntu, install its venv package: python$(version_of "$python")-venv" >&2
        exit 1
    }
fi

echo "Installing $(grep -c == requirements.lock) packages with Python $(version_of "$venv/bin/python"): 3 GB on disk, some minutes at the first time."
pip="$venv/bin/python -m pip --disable-pip-version-check install --quiet"
# Two packages' own requirements can't be met; the lock names everything they really need.
$pip --no-deps --no-compile --ignore-requires-python --require-hashes -r requirements.lock
# Compiled here, on every core, as pip would do it on one. Some packages hold files that are no Python.
# What no lesson imports is more than half of it all; Python compiles that if somebody does.
seldom='/tests/|/site-packages/(debugpy|hypothesis|keras|mpmath|narwhals|pandas|pip|setuptools|sklearn|tensorflow_probability)/'
"$venv/bin/python" -m compileall -q -j 0 -x "$seldom" "$venv/lib" >/dev/null 2>&1 || true
$pip --no-deps --no-build-isolation --editable .
# matplotlib lists the machine's fonts at its first use, and says so on stderr where that takes long.
"$venv/bin/python" -c "import matplotlib.font_manager" 2>/dev/null
echo "$wanted" > "$ready"
