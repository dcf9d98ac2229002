#!/bin/sh
# Builds the installer image and pushes it.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "$ARGUMENTS" | jq -r '.[]' |
    xargs docker run --rm -v "$work:/out" "$IMAGER" installer
crane push "$work/installer-amd64.tar" "$IMAGE"
