# One file for all images. `--target service --build-arg APP=sse --build-arg PORT=3603`: a Node service.
# `--target gateway`: nginx with the gateway's configuration.

# The manifests alone: what follows is rebuilt when a dependency changes, not when a source file does.
FROM node:24-bookworm-slim AS manifests
WORKDIR /src
COPY . .
RUN mkdir /manifests && find . -name package.json -exec cp --parents {} /manifests/ ';' \
  && cp package-lock.json .npmrc /manifests/

FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY --from=manifests /manifests/ ./
# No install script is needed: esbuild's binary is an optional dependency that npm has unpacked.
RUN --mount=type=cache,target=/npm-cache npm ci --ignore-scripts --cache /npm-cache
COPY . .
RUN npx vitepress build apps/docs && node tools/bundle.mjs

FROM node:24-bookworm-slim AS service
ARG APP
ARG PORT
ENV NODE_ENV=production NODE_OPTIONS="--enable-source-maps --max-semi-space-size=8" PORT=${PORT}
WORKDIR /app
COPY --from=build /src/dist/apps/${APP} ./
# The policies of namespaces, if NAMESPACES_FILE names it, as compose does.
COPY namespaces.yaml ./
# `npx tetracast` and `tetracast`, in a container that runs: docs/command-line.md. npx needs a folder to write to, and no news of npm.
ENV npm_config_cache=/tmp/npm npm_config_update_notifier=false
COPY --from=build /src/dist/apps/cli /opt/tetracast/
RUN ln -s /opt/tetracast/main.cjs /usr/local/bin/tetracast
USER node
EXPOSE ${PORT}
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Not by the base image's own entry point, which is a shell script.
ENTRYPOINT ["node", "main.cjs"]

FROM nginx:stable-alpine AS gateway
COPY apps/gateway/settings.env /opt/gateway/settings.env
COPY apps/gateway/bin /opt/gateway/bin
COPY apps/gateway/conf /opt/gateway/conf
# With the defaults and these arguments, so that no shell is needed when it runs; bin/start.sh is for other settings.
ARG WORKER_PROCESSES
ARG EXPOSE_API
RUN for name in gateway ports; do \
    sh /opt/gateway/bin/render.sh /opt/gateway/conf/$name.conf.template >/opt/gateway/conf/$name.conf || exit 1; \
  done
# By number, so that a cluster can tell that it is not root.
USER 101:101
EXPOSE 8080
# nginx's quick stop is SIGTERM; on SIGQUIT streams may end by themselves for a while.
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/healthz"]
# Everything nginx writes is in /tmp, the only writable folder.
ENTRYPOINT ["nginx", "-p", "/tmp/", "-e", "stderr", "-g", "daemon off;", "-c"]
CMD ["/opt/gateway/conf/gateway.conf"]
