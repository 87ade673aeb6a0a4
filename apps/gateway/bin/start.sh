#!/bin/sh
# start.sh [gateway|ports]: runs nginx with the settings of the environment. Without any the image needs no shell: it holds both
# configurations ready. Everything nginx writes is in /tmp, the only writable folder.
set -eu
here=$(dirname "$0")
sh "$here/render.sh" "$here/../conf/${1:-gateway}.conf.template" >/tmp/nginx.conf
# At each handshake nginx reads them, and then nobody sees why it cannot.
if [ "${TLS_FOLDER:-off}" != off ]; then
  for file in tls.crt tls.key; do
    [ -r "$TLS_FOLDER/$file" ] || { echo "TLS_FOLDER: $TLS_FOLDER/$file cannot be read" >&2 && exit 1; }
  done
fi
# As many connections as the engine allows: two files for each.
ulimit -n "$(ulimit -H -n)" || true
exec nginx -p /tmp/ -c /tmp/nginx.conf -e stderr -g 'daemon off;'
