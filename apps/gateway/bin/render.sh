#!/bin/sh
# render.sh TEMPLATE: prints the template with every ${NAME} replaced by the environment's value or settings.env's default.
# ${CONF_DIR} is the template's own folder. With a TLS_FOLDER the line `# tls` is followed by tls.conf.template. Plain sh and sed, so
# that the image and the tests run the same lines.
set -eu
template=$1
conf_dir=$(cd "$(dirname "$template")" && pwd)
script="s|\\\${CONF_DIR}|$conf_dir|g"
while IFS='=' read -r name default; do
  case $name in '' | \#*) continue ;; esac
  eval "value=\${$name:-\$default}"
  # Whatever could end a directive or a block must not come in through a value.
  case $value in
    *[!][A-Za-z0-9_./:@%*-]*) echo "$name: not a usable value: $value" >&2 && exit 1 ;;
  esac
  script="$script;s|\\\${$name}|$value|g"
done <"$(dirname "$0")/../settings.env"
fragment=$conf_dir/tls.conf.template
if [ "${TLS_FOLDER:-off}" = off ]; then fragment=/dev/null; fi
sed -e "/^ *# tls\$/r $fragment" "$template" | sed -e "$script"
