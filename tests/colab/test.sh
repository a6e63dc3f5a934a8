#!/bin/sh
# Tests the course in a replica of Colab's runtime of the month $1: the first cell, then the notebooks
# that the other arguments name for pytest. Passes over a Python that isn't on this machine, and says
# so.
set -eu
month=$1
shift
list=tests/colab/colab-$month.txt
version=$(sed -n 's/^# Python //p' "$list")
if ! sh tools/find_python.sh "$version" >/dev/null 2>&1; then
    echo "Colab's runtime of $month is not tested: there is no Python $version on this machine."
    exit 0
fi
venv=.venv-colab-$month
sh tests/colab/replica.sh "$venv" "$list" "$version"
"$venv/bin/python" -m pytest -c tests/colab/pytest.ini --confcutdir=tests/colab tests/colab/first_cell.py
"$venv/bin/python" -m fl_course.cli flower --quiet || true
"$venv/bin/python" -m pytest -p no:cacheprovider -n 2 --dist loadfile --no-loadscope-reorder "$@"
