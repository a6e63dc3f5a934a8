#!/bin/sh
# Prints the newest Python that the course runs on (3.13, 3.12 or 3.11), or says that there is none.
# With a version as argument, only that one will do: find_python.sh 3.13
runs_as() { [ "$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$2" ]; }

for version in ${1:-3.13 3.12 3.11}; do
    # pyenv's command of that name fails unless the version is switched on, so its folder is tried too.
    for python in "python$version" python3 python \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python; do
        if runs_as "$python" "$version"; then
            command -v "$python"
            exit 0
        fi
    done
done
echo "No Python ${1:-3.11, 3.12 or 3.13} was found. Install one, or name it: make course PYTHON=/path/to/python3.13" >&2
exit 1
