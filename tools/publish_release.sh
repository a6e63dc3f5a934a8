#!/bin/sh
# Publishes what `make release TAG=$1` has made: the wheel and the notebooks as a release on GitHub, and
# the notebooks at a tag of their own, from which Colab opens them. No branch changes. Done again, it
# goes on where it was stopped.
set -eu
cd "$(dirname "$0")/.."
tag=$1
made=dist/release
archive=dist/fl-course-notebooks-$tag.zip
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# What is published stays: what was made for another tag is not.
case $(head -n 1 "$made/README.md" 2>/dev/null) in
*": version ${tag#v}") ;;
*)
    echo "There is no release $tag in $made. Run: make release TAG=$tag" >&2
    exit 1
    ;;
esac
GIT_INDEX_FILE="$scratch/index" git --work-tree="$made" add --all --force .
tree=$(GIT_INDEX_FILE="$scratch/index" git write-tree)
# The same commit each time: its time is that of the release's own.
when=$(git log -1 --format=%cI "$tag^{commit}")
commit=$(GIT_AUTHOR_DATE=$when GIT_COMMITTER_DATE=$when git -c user.name=release -c user.email=release@localhost \
    commit-tree "$tree" -m "Notebooks of $tag")
git archive --format=zip --prefix="fl-course-notebooks-$tag/" --output="$archive" "$commit"

# The wheel first: the notebooks fetch it.
if ! gh release view "$tag" >/dev/null 2>&1; then
    gh release create "$tag" --verify-tag --title "$tag" --notes-file "$made/README.md" dist/wheel/*.whl "$archive"
fi
git push --quiet origin "$commit:refs/tags/notebooks-$tag"
