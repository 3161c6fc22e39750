# One image for each service, with only what that service needs:
#
#   docker build --target service --build-arg SERVICE=media -t medianest/media .
#   docker build --build-arg SERVICE=gateway -t medianest/gateway .      with the page for browsers
#   docker build -t medianest/all .                                     everything: migrations, `medianest admin`
#
# The stages stand in this order for builders without BuildKit, which make all of them down to the one that is asked
# for: whoever has no page needs no Node.
FROM ghcr.io/astral-sh/uv:0.13 AS uv

# What all have in common, made once. The lock says which versions, and what their hashes are.
FROM docker.io/library/python:3.13-slim AS common
ENV UV_SYSTEM_CERTS=1 UV_LINK_MODE=copy UV_NO_CACHE=1 UV_COMPILE_BYTECODE=1 UV_NO_SOURCES=1 VIRTUAL_ENV=/opt/medianest
COPY --from=uv /uv /usr/local/bin/uv
# hadolint ignore=DL3008,DL3009
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends binutils >/dev/null
WORKDIR /source
COPY pyproject.toml requirements.lock README.md ./
COPY libs libs
COPY medianest medianest
RUN uv venv -q /opt/medianest \
 && uv pip install -q -c requirements.lock typer rich ./libs/common \
 && uv pip install -q --no-deps .

FROM common AS parts
ARG SERVICE=all
COPY services services
RUN case "$SERVICE" in all) names=$(ls services) ;; *) names=$SERVICE ;; esac \
 && for name in $names; do \
      case "$name" in youtube) extra="[tools]" ;; *) extra="" ;; esac; \
      uv pip install -q -c requirements.lock "./services/$name$extra" || exit 1; \
    done \
 # A third of it would be what only debuggers read.
 && find /opt/medianest -name '*.so' -exec strip --strip-unneeded {} +

FROM docker.io/library/python:3.13-slim AS base
RUN useradd --uid 10001 --home-dir /data --shell /usr/sbin/nologin medianest \
 && mkdir -p /data /library /run/secrets /run/database \
 && chown medianest:medianest /data /library /run/secrets /run/database \
 && chmod 0700 /data /run/secrets \
 && for user in server operator gateway auth media plex youtube notifications health; do \
      install -d -o medianest -g medianest "/run/bus/$user" || exit 1; \
    done
ENV PATH=/opt/medianest/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    MEDIANEST_HOST=0.0.0.0 MEDIANEST_DATA_DIR=/data MEDIANEST_YOUTUBE_DIR=/library MEDIANEST_LOG_FORMAT=json
WORKDIR /data
EXPOSE 8585 8586
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 CMD ["python", "-m", "medianest.healthcheck"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["medianest"]
CMD ["run"]

FROM base AS service
COPY --from=parts /opt/medianest /opt/medianest
# What it is made of, Debian's packages included, where scanners and people look.
RUN mkdir -p /opt/medianest/share/sbom && medianest parts --system > /opt/medianest/share/sbom/image.cdx.json
USER 10001:10001

FROM docker.io/library/node:22-slim AS page
WORKDIR /source/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund && npm sbom --sbom-format cyclonedx --omit dev --package-lock-only > /page.cdx.json
COPY docs/openapi.json ../docs/
COPY clients/typescript/src ../clients/typescript/src
COPY web ./
RUN npm run schema && npm run build

FROM service
COPY --from=page /source/services/gateway/src/medianest_gateway/page /opt/medianest/lib/python3.13/site-packages/medianest_gateway/page
COPY --from=page /page.cdx.json /opt/medianest/share/sbom/page.cdx.json
