# One image for each service, with only what that service needs: docker build --build-arg SERVICE=media .
# SERVICE=all has everything: for migrations, for the commands of `medianest admin`, and for a single container.
FROM ghcr.io/astral-sh/uv:0.13 AS uv

# What all have in common, made once. The lock says which versions, and what their hashes are.
FROM docker.io/library/python:3.13-slim AS common
ENV UV_SYSTEM_CERTS=1 UV_LINK_MODE=copy UV_NO_CACHE=1 UV_COMPILE_BYTECODE=1 UV_NO_SOURCES=1 VIRTUAL_ENV=/opt/medianest
COPY --from=uv /uv /usr/local/bin/uv
WORKDIR /source
COPY pyproject.toml requirements.lock README.md ./
COPY libs libs
COPY medianest medianest
RUN uv venv -q /opt/medianest \
 && uv pip install -q -c requirements.lock typer rich ./libs/common \
 && uv pip install -q --no-deps .

FROM common AS builder
ARG SERVICE=all
COPY services services
RUN case "$SERVICE" in all) names=$(ls services) ;; *) names=$SERVICE ;; esac \
 && for name in $names; do \
      case "$name" in youtube) extra="[tools]" ;; *) extra="" ;; esac; \
      uv pip install -q -c requirements.lock "./services/$name$extra" || exit 1; \
    done

FROM docker.io/library/python:3.13-slim
RUN useradd --uid 10001 --home-dir /data --shell /usr/sbin/nologin medianest \
 && mkdir -p /data /library /run/secrets /run/database \
 && chown medianest:medianest /data /library /run/secrets /run/database \
 && chmod 0700 /data /run/secrets
COPY --from=builder /opt/medianest /opt/medianest
ENV PATH=/opt/medianest/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    MEDIANEST_HOST=0.0.0.0 MEDIANEST_DATA_DIR=/data MEDIANEST_YOUTUBE_DIR=/library MEDIANEST_LOG_FORMAT=json
USER 10001:10001
WORKDIR /data
EXPOSE 8585
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 CMD ["medianest", "healthcheck"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["medianest"]
CMD ["run"]
