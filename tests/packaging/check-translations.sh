#!/bin/sh
# Every translation in po/LINGUAS has every string of today's sources.
set -eu
top=$SB_TEST_SOURCE_ROOT
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$top"
# As meson's glib preset does it.
xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=C_:1c,2 --keyword=NC_:1c,2 \
    --files-from=po/POTFILES --output="$scratch/sandbar.pot" 2>/dev/null
while read -r language; do
    msgfmt --check-format --output-file=/dev/null "po/$language.po"
    msgcmp "po/$language.po" "$scratch/sandbar.pot"
done <po/LINGUAS
