#!/bin/sh
# Makes the seed corpora of the fuzz targets from fixtures/ and samples/: run it from
# anywhere, before the first run and whenever the fixtures have changed.
set -eu
cd "$(dirname "$0")"
fixtures=../../fixtures

# with_head HEAD FILE TARGET: a seed with the bytes that the target takes its
# choices from in front.
# shellcheck disable=SC2059 # the head is written with its escapes
with_head() {
    sum=$({ printf "$1"; cat "$2"; } | cksum | cut -d ' ' -f 1)
    { printf "$1"; cat "$2"; } >"corpus/$3/$sum"
}

for target in framing cut decode description format formats object logs check journal; do
    mkdir -p "corpus/$target"
done
line=$(mktemp)
trap 'rm -f "$line"' EXIT

find "$fixtures" -type f ! -name '*.md' ! -name '*.py' ! -name '.git*' | while read -r file; do
    with_head '' "$file" framing
    with_head '' "$file" format
    with_head '' "$file" logs
    for seen in 100 177 300 377; do
        with_head "\\000\\$seen" "$file" cut
        with_head "\\005\\$seen" "$file" cut
    done
    with_head '\000' "$file" object
    with_head '\062' "$file" object
    with_head '\000\000\000' "$file" decode
    with_head '\000' "$file" formats
    with_head '\001' "$file" formats
done

find "$fixtures/responses" "$fixtures/events" -type f -name '*.json' | while read -r file; do
    with_head '\003' "$file" check
done
printf '\003","metadata":{"partitionKeys":{"a":null},"otfMetadata":{"operation":1}},"result":"OK' >corpus/check/metadata

for file in ../../src/firehose/description/samples/*.json; do
    with_head '' "$file" description
done
# Bodies of entries: numbers of eight bytes, the lowest first.
printf 'b\001\000\000\000\000\000\000\000\001\000\000\000\000\000\000\000' >corpus/journal/begun
printf 'a\001\000\000\000\000\000\000\000AAAAAAAA\001\000\000\000\000\000\000\000\001\000\000\000\000\000\000\000x' >corpus/journal/accepted
printf 'd\001\000\000\000\000\000\000\000\001\000\000\000\000\000\000\000\002\000\000\000\000\000\000\000' >corpus/journal/dropped

# Each line of base64, and what it encodes.
find "$fixtures/records" -type f -name '*.b64' | while read -r file; do
    while read -r text || [ -n "$text" ]; do
        printf '%s' "$text" >"$line"
        with_head '\000\000\000' "$line" decode
        with_head '\001\000\000' "$line" decode
        with_head '\204\040\000' "$line" decode # base64, gzip
        if printf '%s' "$text" | base64 -d >"$line" 2>/dev/null; then
            with_head '\000\000\000' "$line" decode
            with_head '\000' "$line" object
            with_head '\045' "$line" object
            with_head '' "$line" format
        fi
    done <"$file"
done

# Payloads in other encodings than base64, between fences and in messages.
while read -r text; do
    # shellcheck disable=SC2059 # the text is written with its escapes
    printf -- "$text" >"$line"
    with_head '' "$line" framing
    with_head '\000\377' "$line" cut
    with_head '\000\200' "$line" cut
    with_head '\000\000\000' "$line" decode
done <<'END'
```json\n{"recordId":"1","data":"eyJhIjoxfQ=="}\n```\nnext\n
-----BEGIN DATA-----\neyJhIjoxfQ==\n-----END DATA-----\nnext\n
begin 644 a\n'>R)A(CHQ?0\n`\nend\nnext\n
PMRG64TEMVZESZBCHIYTANBRFQRHI33UMFWCEORXPU======\n
%%7B%%22a%%22%%3A1%%7D\n
eyJhIjoiPz8%%2FIn0%%3D\n
HEXTORAW('7B2261223A317D')\n
{"Records":[{"Sns":{"Message":"eyJhIjoxfQ=="}}]}\n{"B":"eyJhIjoxfQ=="}\n
INFO {"invocationId":"i","records":[{"recordId":"1","da
END
