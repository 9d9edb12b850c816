# The image's own Python is used: a container needs no virtual environment.
#
# The tag moves with Python's patch releases. To pin the base image by digest, look the digest up and build with it:
#   docker buildx imagetools inspect python:3.13-slim --format '{{.Manifest.Digest}}'
#   docker build --build-arg PYTHON=3.13-slim@sha256:DIGEST -t janitor .
ARG PYTHON=3.13-slim
FROM python:${PYTHON}

LABEL org.opencontainers.image.title="janitor" \
      org.opencontainers.image.description="Deletes what a team no longer uses on Cloud Run and Artifact Registry, and says what it saved" \
      org.opencontainers.image.licenses="Apache-2.0"

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore \
    XDG_STATE_HOME=/var/lib \
    JANITOR_HOST=0.0.0.0 \
    PORT=8080

WORKDIR /app

# Dependencies have their own layer: a change of the code does not download them again. pip resolves and
# builds nothing; it installs exactly the files that the lock names by hash.
COPY requirements.lock ./
RUN pip install --no-deps --only-binary :all: --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE policies.yaml policies.test.yaml ./
COPY janitor ./janitor
# Group 0 may write what the user may write: OpenShift runs the image as any user ID, in group 0.
RUN pip install --no-deps --no-build-isolation . \
    && pip check \
    && mkdir -p /var/lib/janitor \
    && chown 10001:0 /var/lib/janitor \
    && chmod g=u /var/lib/janitor

# A numeric user lets Kubernetes verify that the image does not run as root. /var/lib/janitor holds the
# ledger, unless JANITOR_DATABASE_URL names a database (set it where the disk is not persistent).
USER 10001
VOLUME ["/var/lib/janitor"]

# /healthz, /readyz, /metrics and the report: nothing that changes state.
EXPOSE 8080

ENTRYPOINT ["janitor"]
CMD ["daemon"]
