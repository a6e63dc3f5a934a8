#!/bin/sh
# Makes $1 a replica of the part of Google Colab's Python environment that the course touches, with the
# versions of Colab's own list (2026-08, Python 3.13), and adds the course as its notebooks do.
set -eu
venv=$1
list=tests/colab/colab-2026-08.txt
ready=$venv/colab-ready
pip="$venv/bin/python -m pip --disable-pip-version-check install --quiet --no-deps"

if [ ! -f "$ready" ] || ! cmp -s "$list" "$ready"; then
    python=$(sh tools/find_python.sh 3.13)
    rm -rf "$venv"
    "$python" -m venv "$venv"
    echo "Installing Colab's versions of $(grep -c == "$list") packages."
    $pip -r "$list"
    # To run the notebooks and compare what they print; Colab has none of these.
    $pip "nbval==0.11.0" "coverage>=7" "pytest-xdist==3.8.0" "execnet==2.1.2"
    "$venv/bin/python" -c "import matplotlib.font_manager" 2>/dev/null
    cp "$list" "$ready"
fi

# The course itself, anew each time: a built wheel, then what Colab lacks.
"$venv/bin/python" -m pip freeze --exclude fl-course | LC_ALL=C sort > "$venv/before"
$pip --force-reinstall .
"$venv/bin/fl-course" setup
"$venv/bin/python" -m pip freeze --exclude fl-course | LC_ALL=C sort > "$venv/after"
changed=$(LC_ALL=C comm -23 "$venv/before" "$venv/after")
if [ -n "$changed" ]; then
    echo "Setting up the course changed packages that Colab brings: $changed" >&2
    exit 1
fi
