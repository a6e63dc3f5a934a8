#!/bin/sh
# Puts the built site on the branch gh-pages: publish.sh, or as a preview: publish.sh preview/12
# Without a built site, a preview is taken away. The branch has one commit and no history, which would
# grow by all pictures each time. What is published keeps the previews, and a preview the rest.
set -eu
cd "$(dirname "$0")/.."
place=${1:-}
built=dist/site
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

tree=
if [ -f "$built/index.html" ]; then
    GIT_INDEX_FILE="$scratch/site" git --work-tree="$built" add --all --force .
    tree=$(GIT_INDEX_FILE="$scratch/site" git write-tree)
elif [ -z "$place" ]; then
    echo "There is no site in $built. Run: make site" >&2
    exit 1
fi

export GIT_INDEX_FILE="$scratch/pages"
if [ -n "$(git ls-remote origin refs/heads/gh-pages)" ]; then
    git fetch --quiet --depth 1 origin gh-pages
    git read-tree FETCH_HEAD
    previews=$(git rev-parse --quiet --verify FETCH_HEAD:preview || true)
else
    git read-tree --empty
    previews=
fi
if [ -z "$place" ]; then
    git read-tree "$tree"
    [ -z "$previews" ] || git read-tree --prefix=preview/ "$previews"
else
    git rm -r --quiet --force --cached --ignore-unmatch "$place"
    [ -z "$tree" ] || git read-tree --prefix="$place/" "$tree"
fi
commit=$(git -c user.name=site -c user.email=site@localhost \
    commit-tree "$(git write-tree)" -m "Publish the web edition of $(git rev-parse --short HEAD)")
git push --quiet --force origin "$commit:refs/heads/gh-pages"
