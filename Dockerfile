# The system's Python is enough: a virtual environment in a container is what broke the deploys
# that this program was born from.
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

# Dependencies in a layer of their own: a change of code does not fetch them again.
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE policies.yaml policies.test.yaml ./
COPY janitor ./janitor
RUN pip install --no-deps --no-build-isolation . \
    && mkdir -p /var/lib/janitor \
    && chown 10001:10001 /var/lib/janitor

# A number, so that Kubernetes can see that it is not root. /var/lib/janitor holds the ledger, unless
# JANITOR_DATABASE_URL names another database (it must, where the disk does not last).
USER 10001
VOLUME ["/var/lib/janitor"]

# /healthz, /readyz, /metrics and the report: nothing that changes state.
EXPOSE 8080

ENTRYPOINT ["janitor"]
CMD ["daemon"]
