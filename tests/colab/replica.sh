#!/bin/sh
# Makes $1 a replica of the part of Google Colab's Python environment that the course touches, with
# the versions of the list $2 and Python $3. The course is not in it: the first cell of a notebook
# adds it.
set -eu
venv=$1
list=$2
ready=$venv/colab-ready
pip="$venv/bin/python -m pip --disable-pip-version-check"

wanted=$(cat "$list" tests/colab/test-tools.txt | cksum)

if [ "$(cat "$ready" 2>/dev/null)" != "$wanted" ]; then
    python=$(sh tools/find_python.sh "$3")
    rm -rf "$venv"
    "$python" -m venv "$venv"
    echo "Installing Colab's versions of $(grep -c == "$list") packages, with Python $3."
    $pip install --quiet --no-deps -r "$list"
    # To run the notebooks and compare what they print; Colab has none of these.
    $pip install --quiet --no-deps -r tests/colab/test-tools.txt
    "$venv/bin/python" -c "import matplotlib.font_manager" 2>/dev/null
    echo "$wanted" > "$ready"
fi

# What an earlier run of a first cell added is not there when a learner opens a notebook.
$pip list --format=freeze | cut -d= -f1 | tr A-Z_ a-z- | sort > "$venv/there"
grep -h == "$list" tests/colab/test-tools.txt | cut -d= -f1 | sort > "$venv/colabs"
added=$(comm -23 "$venv/there" "$venv/colabs")
# shellcheck disable=SC2086
[ -z "$added" ] || $pip uninstall --quiet --yes $added

# The course as the first cell would get it.
rm -rf "$venv/wheel"
$pip wheel --quiet --no-deps --wheel-dir "$venv/wheel" .
