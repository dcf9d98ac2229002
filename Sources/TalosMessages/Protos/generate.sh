#!/bin/sh
# Generates the Swift files of this folder's messages anew; needs protoc (protobuf-compiler).
set -eu
cd "$(dirname "$0")/../../.."

swift build -c release --product protoc-gen-swift
swift build -c release --product protoc-gen-grpc-swift-2

plugins=$(swift build -c release --show-bin-path)
own=Sources/TalosMessages/Protos
known=.build/checkouts/swift-protobuf/Protos/Sources/SwiftProtobuf
output=Sources/TalosMessages/Generated
options=Visibility=Public,UseAccessLevelOnImports=true,FileNaming=PathToUnderscores

rm -rf "$output"
mkdir "$output"
(cd "$own" && find . -name '*.proto') | sed 's|^\./||' | sort | xargs \
    protoc -I "$own" -I "$known" --plugin="protoc-gen-swift=$plugins/protoc-gen-swift" \
    --swift_out="$output" --swift_opt="$options"
protoc -I "$own" -I "$known" \
    --plugin="protoc-gen-grpc-swift-2=$plugins/protoc-gen-grpc-swift-2" \
    --grpc-swift-2_out="$output" --grpc-swift-2_opt="$options,Client=true,Server=true" \
    machine.proto cosi/resource.proto
