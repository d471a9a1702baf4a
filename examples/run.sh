#!/bin/sh
# Runs the examples whose tools are there, with the imggen in PATH.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

has() { command -v "$1" >/dev/null 2>&1 || { echo "$1 is missing: skipped" >&2; return 1; }; }
made() { grep -q '^EXPOSE 9191$' "$1/Dockerfile" && (cd "$1" && imggen generate --check) && echo "$2: fine"; }

if has actionlint; then
  # in a repository of its own, where the action of this one is a local one: what it is given is checked too
  mkdir -p "$room/github/.github/workflows" "$room/github/imggen"
  sed 's,OWNER/imggen@v0,./imggen,' "$here/github/imggen.yml" >"$room/github/.github/workflows/imggen.yml"
  cp "$here/../action.yml" "$room/github/imggen/"
  (cd "$room/github" && git init --quiet && actionlint) && echo "github: fine"
fi
if has pre-commit; then
  pre-commit validate-manifest "$here/../.pre-commit-hooks.yaml"
  pre-commit validate-config "$here/pre-commit/.pre-commit-config.yaml"
fi
if has cookiecutter; then
  cookiecutter --no-input --output-dir "$room/cookiecutter" "$here/cookiecutter" port=9191
  made "$room/cookiecutter/shop" cookiecutter
fi
if has copier; then
  copier copy --quiet --trust --defaults --data port=9191 "$here/copier" "$room/copier"
  made "$room/copier" copier
fi
if has plop; then
  cp -R "$here/plop" "$room/plop"
  (cd "$room/plop" && plop service shop 9191)
  made "$room/plop/shop" plop
fi
if has python3; then
  mkdir "$room/portal"
  printf 'module example.com/shop\n\ngo 1.26\n' >"$room/portal/go.mod"
  printf 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":9191", nil) }\n' >"$room/portal/main.go"
  python3 "$here/portal/portal.py" "$room/portal" | grep "^port *9191$" >/dev/null && echo "portal: fine"
  if has pre-commit; then
    cd "$room/portal"
    imggen init --yes --quiet
    git init --quiet
    cp "$here/pre-commit/.pre-commit-config.yaml" .
    git add -A
    pre-commit run --all-files
    sed -i 's/9191/9292/' main.go
    if pre-commit run --all-files; then exit 1; else echo "pre-commit: fine"; fi
  fi
fi
